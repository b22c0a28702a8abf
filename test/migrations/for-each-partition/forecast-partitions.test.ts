import { withDefaults } from '../../../src/settings.js';
import { forEachPartition } from '../../../src/migrations/for-each-partition/for-each-partition.js';
import type { Forecast } from '../../../src/migrations/forecast.js';
import type { Ledger } from '../../../src/ledger/ledger.js';
import { openMemoryStore } from '../../../src/stores/memory/memory-store.js';
import type { Store } from '../../../src/stores/store.js';
import { changePartition, partitionEntries, registerPartition } from '../../../src/versions/partition-versions.js';
import { stageOf } from './drive-migration.js';

type Options = Parameters<typeof forEachPartition>[0];

let store: Store;
beforeEach(() => (store = openMemoryStore()));
afterEach(() => store.close());

const ids = Array.from({ length: 30 }, (_, index) => `tenant ${index}`);

async function forecast(options: Partial<Options>, stage: object = {}): Promise<Forecast> {
  const definition = forEachPartition({ partitions: () => ids, migrate: () => Promise.resolve(), ...options });
  const ledger = undefined as unknown as Ledger;
  const opened = await definition.open(stageOf({ store, ledger, version: 1, ...stage }));
  return opened.forecast({ home: store, settings: withDefaults(), attempts: [] });
}

describe('the forecast of forEachPartition', () => {
  test('says how many partitions lag, names the first twenty, and touches nothing', async () => {
    await registerPartition(store.keyValues, 'tenant 3', 1);
    const { partitions, faults } = await forecast({});
    expect(partitions?.count).toBe(29);
    expect(partitions?.names).toEqual(ids.filter((id) => id !== 'tenant 3').slice(0, 20));
    expect(faults).toEqual([]);
    const entries: string[] = [];
    for await (const { id } of partitionEntries(store.keyValues)) entries.push(id);
    expect(entries).toEqual(['tenant 3']);
  });

  test('adds up the items that count says, and says which it could not count', async () => {
    const count: Options['count'] = async (partition) => {
      if (partition === 'tenant 7') throw new Error('no such schema');
      return 10;
    };
    expect((await forecast({ count })).notes).toEqual([
      'they hold 290 items',
      '1 could not be counted, first tenant 7: no such schema',
    ]);
  });

  test('names those that are parked, and says how many lack earlier versions', async () => {
    const parked = { why: 'broken', who: 'ann', at: '2026-01-01T00:00:00.000Z' };
    await changePartition(store.keyValues, 'tenant 1', () => ({ dataVersion: 0, changedAt: parked.at, parked }));
    await registerPartition(store.keyValues, 'tenant 2', 1);
    const earlier = [forEachPartition({ migrate: () => Promise.resolve() })];
    const { partitions, notes } = await forecast({ waves: [5] }, { version: 2, earlier });
    expect(partitions?.count).toBe(29);
    expect(notes).toEqual([
      '28 of them lack earlier versions too, which come first',
      '1 are parked and stay as they are: tenant 1',
      'in waves: 5, all',
    ]);
  });

  test('is about the one partition that was asked for, also if it is parked', async () => {
    const parked = { why: 'broken', who: 'ann', at: '2026-01-01T00:00:00.000Z' };
    await changePartition(store.keyValues, 'tenant 1', () => ({ dataVersion: 0, changedAt: parked.at, parked }));
    expect((await forecast({}, { partition: 'tenant 1' })).partitions).toEqual({ count: 1, names: ['tenant 1'] });
    const { faults } = await forecast({}, { partition: 'nobody' });
    expect(faults).toEqual([
      { field: 'up.partition', message: expect.stringContaining('there is no partition "nobody"') },
    ]);
  });

  test('lets code read, and keeps it from writing', async () => {
    const bytes = new TextEncoder().encode('x');
    const count: Options['count'] = async (_partition, { openKeyValueStore, assertMaySend, database, fenceFor }) => {
      const kv = await openKeyValueStore('data', 'orders');
      expect(await kv.get(bytes, bytes)).toBeUndefined();
      await expect(kv.set(bytes, bytes, bytes)).rejects.toThrow('dry run');
      await expect(kv.setIf(bytes, bytes, bytes, undefined)).rejects.toThrow('dry run');
      await expect(kv.delete(bytes, bytes)).rejects.toThrow('dry run');
      expect(assertMaySend).toThrow('dry run');
      expect(() => fenceFor(database).assertMaySend()).toThrow('dry run');
      return 1;
    };
    expect((await forecast({ count })).notes).toEqual(['they hold 30 items']);
  });

  test('says what to do when there are none', async () => {
    expect((await forecast({ partitions: () => [] })).notes).toEqual(['`partitions` lists none']);
    const { notes } = await forecast({ partitions: undefined as never });
    expect(notes).toEqual([expect.stringContaining('`registerPartition` registers one')]);
  });
});
