import { startCountingProxy, type CountingProxy } from '../../../bench/counting-proxy.js';
import { changeAttempt, scopes } from '../../../src/engine/attempts/attempt-record.js';
import { RunReader } from '../../../src/engine/status/run-reader.js';
import { runStatus } from '../../../src/engine/status/run-status.js';
import type { Ledger } from '../../../src/ledger/ledger.js';
import { saveTablePlan } from '../../../src/migrations/copy/table-plan.js';
import { noUsage } from '../../../src/stores/store.js';
import { testLedger } from '../../support/copy-run.js';
import { testDynamodb } from '../../support/dynamodb.js';
import { thingsTable } from '../things.js';

let engine: Awaited<ReturnType<typeof testDynamodb>>;
let proxy: CountingProxy;
let ledger: Ledger;
beforeAll(async () => {
  engine = await testDynamodb();
  proxy = await startCountingProxy(engine.endpoint);
  ledger = await testLedger(proxy.endpoint);
});
afterAll(async () => {
  await ledger.close();
  await proxy.stop();
  await engine.stop();
});

const token = 3;

/** A run that has planned this many units of Migrate. */
async function plannedRun(run: string, units: number): Promise<RunReader> {
  await ledger.startRun({ run, input: null, who: 'anna', where: 'here', startedAt: '2026-11-02T08:00:00.000Z' });
  await ledger.changeRun(run, { attempt: run, token, step: 'setup' });
  const plan = {
    table: 'things',
    mode: 'carry',
    merged: false,
    source: { table: 'things', key: thingsTable.key },
    sourceIdentity: '',
    targetIdentity: '',
  } as const;
  await saveTablePlan(ledger, run, { ...plan, description: { ...thingsTable, items: 9_000 } });
  const works = Array.from({ length: units }, (_, unit) => ({ unit, table: 'things', work: null }));
  await ledger.planUnits(scopes.migrate(run), works);
  await changeAttempt(ledger, { attempt: run, token }, { token, migrate: units });
  await ledger.changeRun(run, { step: 'migrate' });
  return new RunReader(ledger, run);
}

/** What a call does to a unit: claims it, and saves that so many items are done. */
async function work(
  run: string,
  unit: number,
  end: { done: boolean; failure?: { name: string; message: string } },
): Promise<void> {
  const claim = { token, owner: `call-${unit}`, until: Date.now() + 60_000 };
  const claimed = await ledger.claim(scopes.migrate(run), unit, claim);
  const checkpoint = { items: 10, sizeBytes: 100, usage: noUsage, revision: 1, ...end };
  const saved = await ledger.checkpoint(claimed.unit, claim, checkpoint);
  if (end.failure !== undefined) await ledger.release(saved, claim);
}

async function requestsOf(look: () => Promise<unknown>): Promise<number> {
  const sum = (): number => [...proxy.counts.values()].reduce((all, one) => all + one, 0);
  const before = sum();
  await look();
  return sum() - before;
}

describe('a run that is looked at again and again', () => {
  test('costs two requests a look while its units are one query, and shows what a whole reading shows', async () => {
    const reader = await plannedRun('small', 8);
    await reader.look();
    for (let unit = 0; unit < 8; unit++) {
      await work('small', unit, { done: unit < 7 });
      expect(await requestsOf(() => reader.look())).toBe(2);
      expect(await reader.look()).toEqual(await runStatus(ledger, 'small'));
    }
    await ledger.changeRun('small', { step: 'judge' });
    await reader.look();
    expect(await requestsOf(() => reader.look())).toBe(1);
  });

  test('costs a few requests a look when it has many units: those under way are read', async () => {
    const reader = await plannedRun('large', 1_000);
    expect(await requestsOf(() => reader.look())).toBe(1 + 1 + 1 + 10);
    const failure = { name: 'TypeError', message: 'no' };
    for (let unit = 0; unit < 210; unit++)
      await work('large', unit, unit === 42 ? { done: false, failure } : { done: true });
    // It did not see yet how far they are.
    await reader.look();
    await reader.look();
    expect(await requestsOf(() => reader.look())).toBe(1 + 2);
    const seen = await reader.look();
    expect(seen).toEqual(await runStatus(ledger, 'large'));
    expect(seen?.tables[0]?.migrate).toMatchObject({ units: 1_000, done: 209, items: 2_100, failures: [{ unit: 42 }] });
  });

  test('is read anew where its units may have begun anew: it was redriven', async () => {
    const reader = await plannedRun('again', 2);
    for (const unit of [0, 1]) await work('again', unit, { done: true });
    await reader.look();
    await ledger.changeRun('again', { redrives: 1, step: 'begin' });
    await reader.look();
    await ledger.resetUnit(scopes.migrate('again'), { unit: 0, table: 'things', work: null }, token);
    await ledger.changeRun('again', { step: 'migrate' });
    expect((await reader.look())?.tables[0]?.migrate).toMatchObject({ units: 2, done: 1, items: 10 });
  });

  test('shows the migration that it is in by now, and nothing of the one before, in whatever step it was seen last', async () => {
    const reader = await plannedRun('chain', 2);
    await ledger.changeRun('chain', { input: { up: {} } });
    await changeAttempt(ledger, { attempt: 'chain', token }, { title: '0001_first' });
    for (const unit of [0, 1]) await work('chain', unit, { done: true });
    expect(await reader.look()).toMatchObject({ title: '0001_first', tables: [{ table: 'things' }] });
    await ledger.planUnits(scopes.migrate('chain-v2'), [{ unit: 0, table: 'names', work: null }]);
    await changeAttempt(ledger, { attempt: 'chain-v2', token }, { token, migrate: 1, title: '0002_second' });
    const applied = [{ version: 1, name: '0001_first', items: 20, durationSeconds: 1.5 }];
    await ledger.putDocument('chain', 'chain', { from: 0, version: 1, pending: 1, applied });
    await ledger.changeRun('chain', { attempt: 'chain-v2', step: 'migrate' });
    const seen = await reader.look();
    expect(seen).toMatchObject({ title: '0002_second', chain: { version: 1, applied } });
    expect(seen?.tables).toMatchObject([{ table: 'names', migrate: { units: 1, done: 0 } }]);
    expect(seen).toEqual(await runStatus(ledger, 'chain'));
  });

  test('adds up the parts of a round of partitions', async () => {
    await ledger.startRun({ run: 'rounds', input: { up: {} }, who: 'anna', where: 'here', startedAt: '2026-11-02' });
    const works = [0, 1, 2].map((unit) => ({ unit, table: `wave ${unit < 2 ? 1 : 2}, part ${unit + 1}`, work: null }));
    await ledger.planUnits(scopes.migrate('rounds'), works);
    await changeAttempt(ledger, { attempt: 'rounds', token }, { token, migrate: 3 });
    await ledger.changeRun('rounds', { attempt: 'rounds', token, step: 'migrate' });
    await work('rounds', 1, { done: true });
    expect((await runStatus(ledger, 'rounds'))?.tables).toMatchObject([
      { table: 'wave 1', migrate: { units: 2, done: 1, items: 10 } },
      { table: 'wave 2', migrate: { units: 1, done: 0 } },
    ]);
  });

  test('is unknown until it is recorded, and without tables until it has an attempt', async () => {
    const reader = new RunReader(ledger, 'new');
    expect(await reader.look()).toBeUndefined();
    await ledger.startRun({ run: 'new', input: null, who: 'a', where: 'b', startedAt: '2026-11-02T08:00:00.000Z' });
    expect(await reader.look()).toMatchObject({ run: { run: 'new' }, tables: [] });
  });
});
