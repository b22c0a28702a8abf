import { ulid } from 'ulid';
import type { Ledger } from '../../../src/ledger/ledger.js';
import { forEachPartition } from '../../../src/migrations/for-each-partition/for-each-partition.js';
import { openMemoryStore } from '../../../src/stores/memory/memory-store.js';
import type { Store } from '../../../src/stores/store.js';
import {
  changePartition,
  partitionEntry,
  partitionVersion,
  registerPartition,
} from '../../../src/versions/partition-versions.js';
import { changeState } from '../../../src/versions/state-entry.js';
import { withTestLedgers } from '../../support/copy-run.js';
import { drive, newAttempt, nextRun } from './drive-migration.js';

let ledger: Ledger;
let store: Store;
withTestLedgers(1, (ledgers) => ([ledger] = ledgers));
beforeEach(() => (store = openMemoryStore()));
afterEach(() => store.close());

const ids = (count: number): string[] => Array.from({ length: count }, (_, index) => `tenant ${index}`);
const park = (id: string) =>
  changePartition(store.keyValues, id, (entry) => ({
    ...{ dataVersion: 0, changedAt: '2026-01-01T00:00:00.000Z' },
    ...entry,
    parked: { why: 'broken', who: 'ann', at: '2026-01-01T00:00:00.000Z' },
  }));

/** A migration that notes what it did, of the tenants that are listed. */
function noting(listed: readonly string[], options: Partial<Parameters<typeof forEachPartition>[0]> = {}) {
  const done: string[] = [];
  const definition = forEachPartition({
    partitions: () => listed,
    migrate: async (partition, { version }) => void done.push(`${partition} to ${version}`),
    ...options,
  });
  return { done, definition };
}

describe('forEachPartition', () => {
  test('migrates each listed partition once, however often it is listed, and gives it the version', async () => {
    const listed = ids(60);
    const { done, definition } = noting([...listed, ...listed.slice(0, 5), ...listed]);
    const kept = newAttempt(ulid());
    await drive(definition, { store, ledger, version: 4 }, kept);
    expect(done.sort()).toEqual(listed.map((id) => `${id} to 4`).sort());
    for (const id of listed) expect(await partitionVersion(store.keyValues, id)).toBe(4);
    expect(kept).toMatchObject({ items: 60, round: 1 });
  });

  test('works on those that are registered when it is given no listing, and on none that is at the version', async () => {
    for (const [id, version] of [
      ['old', 1],
      ['born new', 3],
      ['ahead', 4],
    ] as const)
      await registerPartition(store.keyValues, id, version);
    const done: string[] = [];
    const definition = forEachPartition({ migrate: async (partition) => void done.push(partition) });
    await drive(definition, { store, ledger, version: 3 }, newAttempt(ulid()));
    expect(done).toEqual(['old']);
    expect(await partitionVersion(store.keyValues, 'ahead')).toBe(4);
  });

  test('never gives a partition a lower version than it has', async () => {
    const later = { dataVersion: 9, changedAt: '2026-01-01T00:00:00.000Z' };
    const { definition } = noting(['acme'], {
      migrate: async () => void (await changePartition(store.keyValues, 'acme', () => later)),
    });
    await drive(definition, { store, ledger }, newAttempt(ulid()));
    expect(await partitionEntry(store.keyValues, 'acme')).toEqual(later);
  });

  test('takes partitions without an entry to be at the version that the database came with', async () => {
    await changeState(store.keyValues, (state) => ({ ...state, version: 5, baseline: 5 }));
    const { done, definition } = noting(['acme']);
    await drive(definition, { store, ledger, version: 5 }, newAttempt(ulid()));
    expect(done).toEqual([]);
    await drive(definition, { store, ledger, version: 6 }, newAttempt(ulid()));
    expect(done).toEqual(['acme to 6']);
  });

  test('leaves a parked partition as it is, and completes', async () => {
    await park('broken');
    const { done, definition } = noting(['broken', 'acme']);
    await drive(definition, { store, ledger }, newAttempt(ulid()));
    expect(done).toEqual(['acme to 1']);
    expect(await partitionEntry(store.keyValues, 'broken')).toMatchObject({
      dataVersion: 0,
      parked: { why: 'broken' },
    });
  });

  test('brings a partition that lags through the earlier steps first, each with its version', async () => {
    const first = noting([]);
    const second = noting(['two', 'fresh']);
    const third = noting(['one', 'two', 'fresh', 'none']);
    await registerPartition(store.keyValues, 'one', 1);
    await registerPartition(store.keyValues, 'two', 2);
    const earlier = [first.definition, { ...second.definition, partitioned: undefined } as never, second.definition];
    await drive(third.definition, { store, ledger, version: 4, earlier }, newAttempt(ulid()));
    expect(first.done).toEqual(['fresh to 1', 'none to 1']);
    expect(second.done.sort()).toEqual(['fresh to 3', 'none to 3', 'one to 3', 'two to 3']);
    expect(third.done.sort()).toEqual(['fresh to 4', 'none to 4', 'one to 4', 'two to 4']);
  });

  test('keeps what an earlier step did when a later one fails', async () => {
    const first = noting([]);
    const { definition } = noting(['acme'], { migrate: () => Promise.reject(new Error('no room')) });
    const driven = drive(definition, { store, ledger, version: 2, earlier: [first.definition] }, newAttempt(ulid()));
    await expect(driven).rejects.toThrow('1 partition failed: acme (Error: no room)');
    expect(await partitionEntry(store.keyValues, 'acme')).toMatchObject({ dataVersion: 1, failure: { version: 2 } });
    expect(first.done).toEqual(['acme to 1']);
  });

  test('begins no wave before the one before it is done, and looks again at the end', async () => {
    const seen: string[][] = [];
    const waves = [1, 20, 'all'] as const;
    const definition = forEachPartition({
      waves,
      partitions: () => {
        seen.push([]);
        return ids(50);
      },
      migrate: async (partition) => void seen.at(-1)?.push(partition),
    });
    const kept = newAttempt(ulid());
    await drive(definition, { store, ledger }, kept);
    expect(seen.map(({ length }) => length)).toEqual([1, 20, 29, 0]);
    expect(new Set(seen.flat()).size).toBe(50);
    expect([...new Set(kept.units.map(({ table }) => table.split(',')[0]))]).toEqual(['wave 1', 'wave 2', 'wave 3']);
  });

  test('does not begin the next wave when a partition of this one fails, but ends this one', async () => {
    const done: string[] = [];
    const definition = forEachPartition({
      waves: [2, 'all'],
      partitions: () => ids(5),
      migrate: async (partition) => {
        if (partition === 'tenant 0') throw new Error('broken');
        done.push(partition);
      },
    });
    const kept = newAttempt(ulid());
    await expect(drive(definition, { store, ledger }, kept)).rejects.toThrow('tenant 0 (Error: broken)');
    expect(done).toEqual(['tenant 1']);
    await park('tenant 0');
    nextRun(kept);
    await drive(definition, { store, ledger }, kept);
    expect(done.sort()).toEqual(['tenant 1', 'tenant 2', 'tenant 3', 'tenant 4']);
  });

  test('finds those that older code makes meanwhile, and has nothing to do for those of newer code', async () => {
    const listed = ['first'];
    const { done, definition } = noting(listed, {
      migrate: async (partition) => {
        done.push(partition);
        if (partition !== 'first') return;
        listed.push('by old code', 'by new code');
        await registerPartition(store.keyValues, 'by old code', 0);
        await registerPartition(store.keyValues, 'by new code', 1);
      },
    });
    await drive(definition, { store, ledger }, newAttempt(ulid()));
    expect(done).toEqual(['first', 'by old code']);
  });
});

describe('a partition that is asked for by name', () => {
  const partition = 'broken';

  test('is migrated alone, also when it is parked, and is not parked any more', async () => {
    await park(partition);
    const first = noting([]);
    const { done, definition } = noting(['acme', partition]);
    const options = { store, ledger, version: 2, earlier: [first.definition], partition };
    await drive(definition, options, newAttempt(ulid()));
    expect([...first.done, ...done]).toEqual(['broken to 1', 'broken to 2']);
    const entry = await partitionEntry(store.keyValues, partition);
    expect(entry).toEqual({ dataVersion: 2, changedAt: expect.any(String) });
    expect(await partitionVersion(store.keyValues, 'acme')).toBe(0);
  });

  test('stays parked while it fails, and on the way', async () => {
    await park(partition);
    const first = noting([]);
    const { definition } = noting([partition], { migrate: () => Promise.reject(new Error('still')), attempts: 1 });
    const driven = drive(
      definition,
      { store, ledger, version: 2, earlier: [first.definition], partition },
      newAttempt(ulid()),
    );
    await expect(driven).rejects.toThrow('broken (Error: still)');
    expect(await partitionEntry(store.keyValues, partition)).toMatchObject({ dataVersion: 1, parked: {}, failure: {} });
  });

  test('has no unit when it is at the version', async () => {
    await registerPartition(store.keyValues, partition, 1);
    const kept = newAttempt(ulid());
    await drive(noting([]).definition, { store, ledger, partition }, kept);
    expect(kept.units).toEqual([]);
  });

  test('is refused when nobody knows it', async () => {
    const { definition } = noting(['acme']);
    const driven = drive(definition, { store, ledger, partition }, newAttempt(ulid()));
    await expect(driven).rejects.toMatchObject({
      name: 'InputError',
      message: expect.stringContaining('there is no partition "broken"'),
    });
  });

  test('has a plan of its own beside that of all', async () => {
    const { done, definition } = noting(['acme', 'blue'], { waves: [1] });
    const kept = newAttempt(ulid());
    await drive(definition, { store, ledger, partition: 'blue' }, kept);
    await drive(definition, { store, ledger }, { ...newAttempt(kept.attempt), token: 2 });
    expect(done).toEqual(['blue to 1', 'acme to 1']);
  });
});
