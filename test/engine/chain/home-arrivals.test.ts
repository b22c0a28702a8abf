import { openDatabase } from '../../../src/engine/home/open-database.js';
import { acquireLease } from '../../../src/kv/lease.js';
import type { KeyValueStore } from '../../../src/kv/key-value-store.js';
import type { Ledger } from '../../../src/ledger/ledger.js';
import { openMemoryStore } from '../../../src/stores/memory/memory-store.js';
import type { Store } from '../../../src/stores/store.js';
import { changePartition, partitionEntry, registerPartition } from '../../../src/versions/partition-versions.js';
import {
  changeState,
  readState,
  replaceState,
  stateKey,
  stateLeaseCell,
  statePartition,
} from '../../../src/versions/state-entry.js';
import { runExecution, testDependencies, withTestLedgers } from '../../support/copy-run.js';
import { marksOf } from './marking-steps.js';
import { homeIn, movingChain, withHomes } from './moving-steps.js';

let ledger: Ledger;
withTestLedgers(1, ([made]) => (ledger = made));

let old: Store;
let live: Store;
withHomes((stores) => ([old, live] = stores));

const settings = { leaseMs: 1_000, requestTimeoutMs: 100 };
const registry = (...versions: number[]) => movingChain(versions, { 2: 'live' });
const given = (more = {}) => ({ stores: { old, live }, ledger, settings, project: { database: 'old' }, ...more });
const up = async (versions: readonly number[], more = {}) => {
  const { run } = await runExecution(given({ registry: registry(...versions), ...more }), { up: {} });
  return { exitCode: run.exitCode, error: run.error };
};
const well = { exitCode: 0, error: undefined };
const bad = (message: string) => ({
  exitCode: 2,
  error: { name: 'InputError', message: expect.stringContaining(message) },
});
const withFields = (store: Store, fields: Partial<Store>): Store =>
  new Proxy(store, {
    get(target, property) {
      if (Object.hasOwn(fields, property)) return Reflect.get(fields, property) as unknown;
      const value: unknown = Reflect.get(target, property, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
const lose = (store: Store) => store.keyValues.delete(statePartition, stateKey);
const sayOnItsWay = () =>
  replaceState(old.keyValues, (state) => ({ ...state, moved: { ...state.moved!, arrived: false } }));

/** The new home has nothing yet: its run was killed just after the old one had said where the database goes. */
async function killed(): Promise<void> {
  for (const tenant of ['acme', 'bolt']) await registerPartition(old.keyValues, tenant, 0);
  expect(await up([1])).toEqual(well);
  const handlers = { Cleanup: () => Promise.reject(new TypeError('killed')), Abort: () => Promise.reject(new Error()) };
  await runExecution(given({ registry: registry(1, 2), handlers }), { up: {} }).catch(() => undefined);
  await sayOnItsWay();
  await lose(live);
  for (const tenant of ['acme', 'bolt'])
    await live.keyValues.delete(new TextEncoder().encode('carryover/partitions'), new TextEncoder().encode(tenant));
}

describe('a run that was killed between the word of the old home and the entry of the new one', () => {
  beforeEach(killed);

  test.each(['old', 'live'])('is finished by the next one, with %s as the database', async (database) => {
    expect((await readState(old.keyValues))?.lease).toBeDefined();
    expect(await up([1, 2, 3], { project: { database } })).toEqual(well);
    expect(await homeIn(live)).toMatchObject({
      state: { version: 3, movedFrom: { store: 'old' } },
      versions: [1, 2, 3],
      partitions: [
        ['acme', 0],
        ['bolt', 0],
      ],
    });
    expect([await marksOf(old), await marksOf(live)]).toEqual([[1, 2], [3]]);
    expect((await readState(old.keyValues))?.moved?.arrived).toBe(true);
  });

  test('is not finished by a dry run, which tells what would run', async () => {
    const before = await readState(old.keyValues);
    const { run } = await runExecution(given({ registry: registry(1, 2, 3) }), { up: { dryRun: true } });
    expect(run).toMatchObject({ exitCode: 0 });
    expect([await readState(old.keyValues), await readState(live.keyValues)]).toEqual([before, undefined]);
  });

  test('is finished once by those who come at one time', async () => {
    const deps = testDependencies(given({ registry: registry(1, 2) }));
    const opened = await Promise.all(Array.from({ length: 5 }, () => openDatabase(deps)));
    expect(opened.map(({ name, arrived }) => [name, arrived])).toEqual(Array(5).fill(['live', true]));
    const { state, partitions } = await homeIn(live);
    expect(state?.lease?.owner).toBe((await readState(old.keyValues))?.lease?.owner);
    expect(partitions).toHaveLength(2);
  });

  test('waits for another run that came to the new home, and refuses what that one leaves', async () => {
    const holder = { owner: 'copy', who: 'ann', where: 'a laptop', durationMs: 600_000 };
    await acquireLease(stateLeaseCell(live.keyValues), holder);
    const renewing = setInterval(() => {
      void changeState(live.keyValues, (state) => ({
        ...state,
        lease: { ...state.lease!, renewals: state.lease!.renewals + 1 },
      }));
    }, 200);
    expect(await up([1, 2]).finally(() => clearInterval(renewing))).toMatchObject({
      exitCode: 4,
      error: { name: 'LockHeldError', message: expect.stringMatching(/the store "live" \(memory:live\).*ann/) },
    });
    const startedAt = '2026-01-01T00:00:00.000Z';
    const attempt = { id: 'copy', spec: 'x', description: 'a copy of orders', startedAt, phase: 'carry' as const };
    await changeState(live.keyValues, (state) => ({ ...state, lease: undefined, attempt }));
    expect(await up([1, 2])).toMatchObject(bad('holds an unfinished attempt'));
    await changeState(live.keyValues, (state) => ({ ...state, attempt: { ...attempt, phase: 'complete' } }));
    expect(await up([1, 2])).toEqual(well);
  });

  test('does not bring it to a store that is declared elsewhere since', async () => {
    const elsewhere = openMemoryStore({ location: 'memory:elsewhere' });
    expect(await up([1, 2], { stores: { old, live: elsewhere } })).toMatchObject(bad('memory:elsewhere now'));
    expect(await readState(elsewhere.keyValues)).toBeUndefined();
  });
});

test('one that is paused while it copies the last entries writes over nothing that is newer at the new home', async () => {
  await killed();
  let release = (): void => undefined;
  const paused = new Promise<void>((resolve) => (release = resolve));
  let waiting = (): void => undefined;
  const reached = new Promise<void>((resolve) => (waiting = resolve));
  const slow: KeyValueStore = Object.assign(Object.create(live.keyValues) as KeyValueStore, {
    get: live.keyValues.get.bind(live.keyValues),
    scan: live.keyValues.scan.bind(live.keyValues),
    async setIf(...write: Parameters<KeyValueStore['setIf']>) {
      if (new TextDecoder().decode(write[1]) === 'acme') {
        waiting();
        await paused;
      }
      return await live.keyValues.setIf(...write);
    },
  });
  const slowLive = withFields(live, { keyValues: slow });
  const late = openDatabase(testDependencies(given({ stores: { old, live: slowLive } })));
  await reached;
  expect(await up([1, 2, 3])).toEqual(well);
  await changePartition(live.keyValues, 'acme', (entry) => entry && { ...entry, dataVersion: 3 });
  const state = await readState(live.keyValues);
  release();
  expect(await late).toMatchObject({ name: 'live', arrived: true });
  expect(await partitionEntry(live.keyValues, 'acme')).toMatchObject({ dataVersion: 3 });
  expect(await readState(live.keyValues)).toEqual(state);
});

describe('a home that was restored or lost', () => {
  test('the new one: no run begins anew, whichever the configuration names', async () => {
    expect(await up([1, 2])).toEqual(well);
    await lose(live);
    for (const database of ['old', 'live'])
      expect(await up([1, 2], { project: { database } })).toMatchObject(bad('does not hold it: it was lost'));
    expect(await readState(live.keyValues)).toBeUndefined();
  });

  test('the old one, to before the move: its chain is refused before anything is touched', async () => {
    expect(await up([1])).toEqual(well);
    const backup = await readState(old.keyValues);
    expect(await up([1, 2])).toEqual(well);
    await replaceState(old.keyValues, () => ({ ...backup!, moved: undefined }));
    const arrived = await readState(live.keyValues);
    expect(await up([1, 2])).toMatchObject(bad('it was restored to before that'));
    expect(await readState(live.keyValues)).toEqual(arrived);
    expect(await up([1, 2], { project: { database: 'live' } })).toEqual(well);
  });

  test('the old one, to the moment of the move: the new one stays as it is by now', async () => {
    expect(await up([1, 2, 3])).toEqual(well);
    await registerPartition(live.keyValues, 'acme', 3);
    await sayOnItsWay();
    expect(await up([1, 2, 3])).toEqual(well);
    expect(await homeIn(live)).toMatchObject({ state: { version: 3 }, partitions: [['acme', 3]] });
    expect((await readState(old.keyValues))?.moved?.arrived).toBe(true);
  });
});

describe('a new home that is not free', () => {
  test('because it has a database: the move is refused, and the old home stays', async () => {
    await changeState(live.keyValues, (state) => ({ ...state, version: 5, baseline: 0 }));
    expect(await up([1, 2])).toMatchObject(bad('store "live" (memory:live): holds a database at version 5 already'));
    expect(await readState(old.keyValues)).toMatchObject({ version: 1 });
    expect(await readState(old.keyValues)).not.toHaveProperty('moved');
  });

  test('because it is the old one by another name', async () => {
    const same = withFields(old, { location: 'memory:other address' });
    expect(await up([1, 2], { stores: { old, live: same } })).toMatchObject(bad('is the same store as "old"'));
    expect(await readState(old.keyValues)).not.toHaveProperty('moved');
  });

  test("because a run works there, which it does not disturb; a dead one is in nobody's way", async () => {
    const holder = { owner: 'copy', who: 'ann', where: 'a laptop', durationMs: 1_500 };
    await acquireLease(stateLeaseCell(live.keyValues), holder);
    expect(await up([1, 2])).toEqual(well);
    expect(await readState(live.keyValues)).toMatchObject({ version: 2, token: 2 });
  });
});
