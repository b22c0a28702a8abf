import { ulid } from 'ulid';
import type { Ledger } from '../../../src/ledger/ledger.js';
import { forEachPartition } from '../../../src/migrations/for-each-partition/for-each-partition.js';
import type { Store } from '../../../src/stores/store.js';
import { changePartition, partitionEntry } from '../../../src/versions/partition-versions.js';
import {
  CallEnded,
  drive,
  newAttempt,
  nextRun,
  withNewAttempts,
  type DriveOptions,
  type Kept,
} from './drive-migration.js';

let ledger: Ledger;
let store: Store;
let kept: Kept;
withNewAttempts((made) => ({ ledger, store, kept } = made));

const run = (migrate: Parameters<typeof forEachPartition>[0]['migrate'], options: Partial<DriveOptions> = {}) =>
  drive(forEachPartition({ partitions: () => ['huge'], migrate }), { store, ledger, ...options }, kept);

test('a generator goes on from its last safe point in the next call', async () => {
  const parts: number[] = [];
  async function* migrate(_partition: string, _context: unknown, from: unknown) {
    for (let part = (from as number | undefined) ?? 0; part < 5; part += 1) {
      parts.push(part);
      yield part + 1;
    }
  }
  let calls = 1;
  const often = async (): Promise<void> => {
    await run(migrate, { atSafePoint: () => 'stop' }).catch(async (error: unknown) => {
      if (!(error instanceof CallEnded)) throw error;
      calls += 1;
      await often();
    });
  };
  await often();
  expect(parts).toEqual([0, 1, 2, 3, 4]);
  expect(calls).toBeGreaterThan(5);
  expect(await partitionEntry(store.keyValues, 'huge')).toMatchObject({ dataVersion: 1 });
});

function flaky(failures: number): { begun: unknown[]; migrate: () => AsyncIterable<unknown> } {
  const begun: unknown[] = [];
  async function* migrate(_partition?: string, _context?: unknown, from?: unknown) {
    begun.push(from);
    if (from === undefined) yield { after: 'a' };
    if (begun.length <= failures) throw new Error('flaky');
    yield { after: 'z' };
  }
  return { begun, migrate };
}

test('a generator goes on from its last safe point after an error, in the same run and in the next', async () => {
  const { begun, migrate } = flaky(4);
  await expect(run(migrate)).rejects.toThrow('huge (Error: flaky)');
  expect(begun).toEqual([undefined, { after: 'a' }, { after: 'a' }]);
  nextRun(kept);
  await run(migrate);
  expect(begun.slice(3)).toEqual([{ after: 'a' }, { after: 'a' }]);
});

test.each(['a backup from before the failure', 'a new attempt'])('with %s it begins anew', async (how) => {
  const { begun, migrate } = flaky(3);
  await expect(run(migrate)).rejects.toThrow('huge (Error: flaky)');
  const failure = { version: 1, name: 'Error', message: 'an earlier one', at: '2020-01-01T00:00:00.000Z' };
  if (how === 'a new attempt') kept = newAttempt(ulid());
  else await changePartition(store.keyValues, 'huge', (entry) => entry && { ...entry, failure });
  nextRun(kept);
  await run(migrate);
  expect(begun[3]).toBeUndefined();
});

test('a run that was killed inside a partition goes on there in the next run', async () => {
  const begun: unknown[] = [];
  async function* migrate(_partition: string, _context: unknown, from: unknown) {
    begun.push(from);
    if (from === undefined) yield ['half', 1.5, null];
  }
  await expect(run(migrate, { atSafePoint: () => (begun.length > 0 ? 'stop' : 'go on') })).rejects.toThrow(CallEnded);
  nextRun(kept);
  await run(migrate);
  expect(begun).toEqual([undefined, ['half', 1.5, null]]);
});

test('a place inside another partition is none of this one: its chunk may have been planned by a late call', async () => {
  const begun: unknown[] = [];
  async function* migrate(_partition: string, _context: unknown, from: unknown) {
    begun.push(from);
    if (from === undefined) yield 'half';
  }
  await expect(run(migrate, { atSafePoint: () => (begun.length > 0 ? 'stop' : 'go on') })).rejects.toThrow(CallEnded);
  const [unit] = kept.units;
  unit!.cursor = { ...(unit!.cursor as object), partition: 'small' };
  await run(migrate);
  expect(begun).toEqual([undefined, undefined]);
});

test('the items that safe points count are added; a partition that counts none is one item', async () => {
  await run(async function* () {
    yield { cursor: 1, items: 40 };
    yield { cursor: 2, items: 2 };
  });
  expect(kept.items).toBe(42);
  kept = newAttempt(ulid());
  await drive(
    forEachPartition({ partitions: () => ['a', 'b'], migrate: () => Promise.resolve() }),
    { store, ledger, version: 2 },
    kept,
  );
  expect(kept.items).toBe(2);
});

test('a yielded object that is not { cursor, items } alone is a cursor', async () => {
  const begun: unknown[] = [];
  const cursor = { cursor: 'x', items: 3, more: true };
  async function* migrate(_partition: string, _context: unknown, from: unknown) {
    begun.push(from);
    if (from === undefined) yield cursor;
    if (begun.length === 1) throw new Error('once');
  }
  await run(migrate);
  expect(begun).toEqual([undefined, cursor]);
});

test.each([
  ['bytes', new Uint8Array([1, 2])],
  ['a date', new Date(0)],
  ['undefined', undefined],
  ['no number', Number.NaN],
  ['a bigint', 1n],
  ['a field that is undefined', { cursor: undefined, items: 1 }],
])('a cursor that would not come back from the ledger is refused: %s', async (_what, cursor) => {
  const migrate = async function* () {
    yield cursor;
  };
  await expect(run(migrate)).rejects.toThrow('yielded a cursor that is not JSON');
  expect(await partitionEntry(store.keyValues, 'huge')).toMatchObject({ dataVersion: 0 });
});

test('a cursor that does not fit into the ledger is refused', async () => {
  const migrate = async function* () {
    yield 'x'.repeat(70_000);
  };
  await expect(run(migrate)).rejects.toThrow('yielded a cursor of 70002 bytes: it may have 65536');
});

test.each([
  ['an async function', (steps: () => AsyncIterable<unknown>) => async () => steps()],
  ['a function', (steps: () => AsyncIterable<unknown>) => () => steps()],
])('a generator that %s gives is run', async (_what, around) => {
  let ran = 0;
  const steps = async function* () {
    ran += 1;
    yield 1;
  };
  await run(around(steps) as () => AsyncIterable<unknown>);
  expect(ran).toBe(1);
});

test('a generator that is not asynchronous is run, and what else can be iterated is no safe point', async () => {
  let ran = 0;
  const steps = function* () {
    ran += 1;
    yield 1;
  };
  await run(steps as never);
  expect(ran).toBe(1);
  kept = newAttempt(ulid());
  await drive(
    forEachPartition({ partitions: () => ['huge'], migrate: (() => Promise.all([Promise.resolve(1)])) as never }),
    { store, ledger, version: 2 },
    kept,
  );
  expect(kept.complete).toBe(true);
});

test('a generator is ended when the call ends inside it', async () => {
  let ended = false;
  async function* migrate() {
    try {
      yield 1;
      yield 2;
    } finally {
      ended = true;
    }
  }
  const atSafePoint = () => (kept.setUp ? 'stop' : 'go on');
  await expect(run(migrate, { atSafePoint })).rejects.toThrow(CallEnded);
  expect(ended).toBe(true);
});
