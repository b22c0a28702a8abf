import { chainSummary } from '../../../src/engine/tasks/chain-summary.js';
import { savedChainForecast } from '../../../src/engine/tasks/forecast-chain.js';
import { acquireLease, releaseLease, renewLease } from '../../../src/kv/lease.js';
import type { Ledger } from '../../../src/ledger/ledger.js';
import { openMemoryStore } from '../../../src/stores/memory/memory-store.js';
import { changeState, readState, stateLeaseCell } from '../../../src/versions/state-entry.js';
import { marking, markingSteps, marksOf, registered } from './marking-steps.js';
import { historyOf, up, versionOf, withUp } from './up-runs.js';

let ledger: Ledger;
withUp((made) => (ledger = made));

describe('the version chain', () => {
  test('brings a new database to the newest version, one step after the other, each with its history', async () => {
    const database = openMemoryStore();
    const { run } = await up(database, { registry: markingSteps([1, 2, 3]) });
    expect(run).toMatchObject({ status: 'succeeded', exitCode: 0 });
    expect(await marksOf(database)).toEqual([1, 2, 3]);
    const state = await readState(database.keyValues);
    expect(state).toMatchObject({ version: 3, baseline: 0, active: {}, cleanup: [] });
    expect(state?.lease).toBeUndefined();
    const entries = await historyOf(database);
    expect(entries.map(({ version, how, items, who }) => ({ version, how, items, who }))).toEqual(
      [1, 2, 3].map((version) => ({ version, how: 'applied', items: 1, who: 'a test' })),
    );
    const applied = [1, 2, 3].map((version) => ({ version, name: `000${version}_mark`, items: 1 }));
    expect(await chainSummary(ledger, run.run)).toMatchObject({ from: 0, version: 3, applied, pending: 0 });
  });

  test('does nothing when nothing is pending, and writes nothing either', async () => {
    const database = openMemoryStore();
    const registry = markingSteps([1, 2]);
    await up(database, { registry });
    const before = await readState(database.keyValues);
    expect((await up(database, { registry })).run).toMatchObject({ status: 'succeeded', exitCode: 0 });
    expect(await readState(database.keyValues)).toEqual(before);
  });

  test('stops at the version that it is told, and refuses one that it cannot reach', async () => {
    const database = openMemoryStore();
    const registry = markingSteps([1, 2, 3]);
    await up(database, { registry }, { to: 2 });
    expect(await versionOf(database)).toBe(2);
    for (const [to, why] of [
      [1, /no way back/],
      [9, /the newest is 3/],
    ] as const) {
      const { run } = await up(database, { registry }, { to });
      expect(run).toMatchObject({ exitCode: 2, error: { name: 'InputError', message: expect.stringMatching(why) } });
    }
    expect(await marksOf(database)).toEqual([1, 2]);
  });

  test('keeps what was done when a step fails, and goes on there', async () => {
    const database = openMemoryStore();
    let broken = true;
    const registry = markingSteps([1, 2, 3], (version) => {
      if (version === 2 && broken) throw new TypeError('not yet');
    });
    const { run } = await up(database, { registry });
    expect(run).toMatchObject({
      exitCode: 3,
      error: { name: 'UnitsFailedError', message: expect.stringContaining('not yet') },
    });
    expect(await versionOf(database)).toBe(1);
    expect((await historyOf(database)).map(({ version }) => version)).toEqual([1]);
    broken = false;
    expect((await up(database, { registry })).run.exitCode).toBe(0);
    expect(await marksOf(database)).toEqual([1, 2, 3]);
    expect((await historyOf(database)).map(({ version }) => version)).toEqual([1, 2, 3]);
  });

  test('stops before a step whose flag is off, and says so', async () => {
    const database = openMemoryStore();
    const { migrations } = markingSteps([1, 3]);
    const gated = registered(
      2,
      marking(() => undefined, { when: 'kvEnabled' }),
    );
    const registry = { migrations: [...migrations, gated].sort((a, b) => a.version - b.version) };
    const { run } = await up(database, { registry, project: { flags: { kvEnabled: false } } });
    expect(run.exitCode).toBe(0);
    expect(await chainSummary(ledger, run.run)).toMatchObject({
      version: 1,
      gate: { version: 2, flag: 'kvEnabled', name: '0002_mark.ts' },
    });
    await up(database, { registry, project: { flags: { kvEnabled: true } } });
    expect(await marksOf(database)).toEqual([1, 2, 3]);
  });

  test('shows in a dry run what would run, and touches nothing', async () => {
    const database = openMemoryStore();
    const { run } = await up(database, { registry: markingSteps([1, 2]) }, { dryRun: true });
    expect(run.exitCode).toBe(0);
    expect(await readState(database.keyValues)).toBeUndefined();
    const forecast = await savedChainForecast(ledger, run.run);
    expect(forecast?.migrations.map(({ file, forecast: { notes } }) => ({ file, notes }))).toEqual([
      { file: '0001_mark.ts', notes: ['marks 1'] },
      { file: '0002_mark.ts', notes: ['marks 2'] },
    ]);
  });

  test('goes on from the version of a backup that was restored', async () => {
    const database = openMemoryStore();
    await up(database, { registry: markingSteps([1, 2]) });
    const backup = await readState(database.keyValues);
    const registry = markingSteps([1, 2, 3, 4]);
    await up(database, { registry });
    await changeState(database.keyValues, () => ({ ...backup!, revision: backup!.revision }));
    expect((await up(database, { registry })).run.exitCode).toBe(0);
    expect(await readState(database.keyValues)).toMatchObject({ version: 4 });
    expect((await historyOf(database)).map(({ version }) => version)).toEqual([1, 2, 3, 4]);
  });
});

test('a migration whose file was changed before it was complete is named, with what to do about it', async () => {
  const database = openMemoryStore();
  const failing = markingSteps([1], () => {
    throw new TypeError('not yet');
  });
  await up(database, { registry: failing });
  const changed = { migrations: markingSteps([1]).migrations.map((each) => ({ ...each, checksum: 'other' })) };
  const { run } = await up(database, { registry: changed });
  expect(run).toMatchObject({ exitCode: 2, error: { name: 'InputError' } });
  expect(run.error?.message).toContain('0001_mark.ts was changed since: put its text back to go on with it, or give');
  expect((await up(database, { registry: changed }, { fresh: true })).run.exitCode).toBe(0);
});

describe('a run that comes while another one works', () => {
  test('is told who works, and not to drop what that one makes', async () => {
    const database = openMemoryStore();
    const own = { owner: 'other', who: 'ann', where: 'a laptop', durationMs: 3_000 };
    const lease = await acquireLease(stateLeaseCell(database.keyValues), own);
    const startedAt = new Date().toISOString();
    const attempt = {
      id: 'other-v1',
      spec: 'up:1:another',
      description: 'another',
      startedAt,
      phase: 'setup' as const,
    };
    await changeState(database.keyValues, (state) => ({ ...state, baseline: 0, attempt }));
    const renewing = setInterval(() => void renewLease(stateLeaseCell(database.keyValues), lease), 300);
    const { run } = await up(database, { registry: markingSteps([1]) }).finally(() => clearInterval(renewing));
    expect(run).toMatchObject({
      exitCode: 4,
      error: { name: 'LockHeldError', message: expect.stringContaining('ann') },
    });
    await releaseLease(stateLeaseCell(database.keyValues), lease);
    expect((await up(database, { registry: markingSteps([1]) })).run).toMatchObject({ exitCode: 2 });
  });
});
