import type { RunStatus } from '../../../src/engine/status/run-status.js';
import { chainSummary } from '../../../src/engine/tasks/chain-summary.js';
import { savedChainForecast } from '../../../src/engine/tasks/forecast-chain.js';
import type { Json } from '../../../src/json.js';
import type { Ledger } from '../../../src/ledger/ledger.js';
import type { Registry } from '../../../src/migrations/registry.js';
import type { Project } from '../../../src/project.js';
import { openMemoryStore } from '../../../src/stores/memory/memory-store.js';
import type { Store } from '../../../src/stores/store.js';
import { history, type HistoryEntry } from '../../../src/versions/history.js';
import { acquireLease, releaseLease, renewLease } from '../../../src/kv/lease.js';
import { changeState, readState, stateLeaseCell } from '../../../src/versions/state-entry.js';
import { runExecution, withTestLedgers } from '../../support/copy-run.js';
import { filled } from '../memory-stores.js';
import { marking, markingSteps, marksOf, registered } from './marking-steps.js';

let ledger: Ledger;
withTestLedgers(1, ([first]) => (ledger = first));

interface UpOptions {
  readonly registry: Registry;
  readonly project?: Omit<Project, 'stores' | 'database'>;
}

async function up(database: Store, { registry, project }: UpOptions, input: Json = {}): Promise<RunStatus> {
  const options = { stores: { database }, ledger, registry, project: { ...project, database: 'database' } };
  return await runExecution(options, { up: input });
}

async function historyOf(store: Store): Promise<HistoryEntry[]> {
  const entries: HistoryEntry[] = [];
  for await (const entry of history(store.keyValues)) entries.push(entry);
  return entries;
}

const versionOf = async (store: Store): Promise<number | undefined> => (await readState(store.keyValues))?.version;

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

describe('a database without a version', () => {
  test('is not given one by a clean-up', async () => {
    const database = openMemoryStore();
    const project = { database: 'database', newDatabase: 'stamp' as const };
    const options = { stores: { database }, ledger, registry: markingSteps([1, 2]), project };
    expect((await runExecution(options, { cleanup: {} })).run.exitCode).toBe(0);
    expect(await readState(database.keyValues)).toBeUndefined();
  });

  test('is refused when it has data', async () => {
    const database = await filled(1);
    const { run } = await up(database, { registry: markingSteps([1]) });
    expect(run).toMatchObject({ exitCode: 2, error: { message: expect.stringContaining('carryover baseline N') } });
    expect(await readState(database.keyValues)).toBeUndefined();
  });

  test('gets the newest one, and runs nothing, where the project says so', async () => {
    const database = openMemoryStore();
    await up(database, { registry: markingSteps([1, 2]), project: { newDatabase: 'stamp' } });
    expect(await readState(database.keyValues)).toMatchObject({ version: 2, baseline: 2 });
    expect(await historyOf(database)).toMatchObject([{ version: 2, how: 'stamped' }]);
    await expect(marksOf(database)).rejects.toThrow('marks');
  });

  test('gets no newer one than the chain would come to', async () => {
    const gated = registered(
      2,
      marking(() => undefined, { when: 'late' }),
    );
    const registry = { migrations: [...markingSteps([1]).migrations, gated] };
    const stopped = openMemoryStore();
    await up(stopped, { registry, project: { newDatabase: 'stamp', flags: { late: false } } });
    expect(await versionOf(stopped)).toBe(1);
    const asked = openMemoryStore();
    await up(asked, { registry: markingSteps([1, 2]), project: { newDatabase: 'stamp' } }, { to: 1 });
    expect(await versionOf(asked)).toBe(1);
  });
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

describe('migrations that do not fit the history', () => {
  test('are refused, all of them together, before anything is touched', async () => {
    const database = openMemoryStore();
    await up(database, { registry: markingSteps([1, 3]) });
    const { migrations } = markingSteps([1, 2, 3, 4]);
    const changed = {
      migrations: migrations.map((each) => (each.version === 3 ? { ...each, checksum: 'other' } : each)),
    };
    const before = await readState(database.keyValues);
    const { run } = await up(database, { registry: changed });
    expect(run).toMatchObject({ exitCode: 2, error: { name: 'InputError' } });
    expect(run.error?.message).toContain('0003_mark.ts: was changed');
    expect(run.error?.message).toContain('0002_mark.ts');
    expect(await readState(database.keyValues)).toEqual(before);
  });

  test('may have changed where that is accepted, once', async () => {
    const database = openMemoryStore();
    await up(database, { registry: markingSteps([1]) });
    const { migrations } = markingSteps([1, 2]);
    const changed = {
      migrations: migrations.map((each) => (each.version === 1 ? { ...each, checksum: 'other' } : each)),
    };
    expect((await up(database, { registry: changed })).run.exitCode).toBe(2);
    expect((await up(database, { registry: changed }, { acceptChanged: [1] })).run.exitCode).toBe(0);
    expect(await versionOf(database)).toBe(2);
    expect((await up(database, { registry: changed })).run.exitCode).toBe(0);
    expect(await historyOf(database)).toMatchObject([{ version: 1, checksum: 'other' }, { version: 2 }]);
  });

  test('name flags and stores that the project does not declare', async () => {
    const misspelt = marking(() => undefined, { when: 'kvEnabeld', stores: ['elsewhere'] });
    const { run } = await up(openMemoryStore(), {
      registry: { migrations: [registered(1, misspelt)] },
      project: { flags: { kvEnabled: true } },
    });
    expect(run.error?.message).toContain('requires the flag "kvEnabeld"');
    expect(run.error?.message).toContain('uses the store "elsewhere"');
  });

  test('are older than the database', async () => {
    const database = openMemoryStore();
    await up(database, { registry: markingSteps([1, 2]) });
    const { run } = await up(database, { registry: markingSteps([1]) });
    expect(run).toMatchObject({
      exitCode: 2,
      error: { message: expect.stringContaining('newest migration of this code is 1') },
    });
  });
});
