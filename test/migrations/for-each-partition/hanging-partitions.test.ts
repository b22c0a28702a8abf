import { ulid } from 'ulid';
import type { Ledger, UnitRecord } from '../../../src/ledger/ledger.js';
import { forEachPartition } from '../../../src/migrations/for-each-partition/for-each-partition.js';
import { openMemoryStore } from '../../../src/stores/memory/memory-store.js';
import type { Store } from '../../../src/stores/store.js';
import { partitionEntry, partitionVersion } from '../../../src/versions/partition-versions.js';
import { runExecution, withTestLedgers } from '../../support/copy-run.js';
import { contextOf, drive, newAttempt, nextRun, stageOf, type Kept } from './drive-migration.js';

let ledger: Ledger;
let store: Store;
let kept: Kept;
let letGo: (() => void)[];
withTestLedgers(1, ([first]) => (ledger = first));
beforeEach(() => {
  [store, kept, letGo] = [openMemoryStore(), newAttempt(ulid()), []];
});
afterEach(async () => {
  for (const each of letGo) each();
  await store.close();
});

type Migrate = Parameters<typeof forEachPartition>[0]['migrate'];

const hang = (): Promise<void> => new Promise((resolve) => letGo.push(resolve));
const failureOf = async (id: string) => (await partitionEntry(store.keyValues, id))?.failure;

/** Calls, each of which is left behind when it hangs; answers the error of one that ends. */
async function calls(count: number, migrate: Migrate, more: { attempts?: number; partitions?: string[] } = {}) {
  const { partitions = ['acme'], ...options } = more;
  for (let call = 1; call <= count; call += 1) {
    const hung = letGo.length;
    let over = false;
    const ended = drive(
      forEachPartition({ ...options, partitions: () => partitions, migrate }),
      { store, ledger },
      kept,
    )
      .catch((error: unknown) => error as Error)
      .finally(() => (over = true));
    while (!over && letGo.length === hung) await new Promise((resolve) => setTimeout(resolve, 1));
    if (over) return await ended;
  }
  return 'left behind';
}

test('a partition that hangs is named, and those behind it in its unit are done', async () => {
  const tenants = Array.from({ length: 25 }, (_, index) => `tenant ${index}`);
  const [hanging, ...behind] = tenants.slice(20);
  const definition = forEachPartition({
    partitions: () => tenants,
    migrate: (tenant) => (tenant === hanging ? hang() : Promise.resolve()),
  });
  const migration = { version: 1, name: 'step', file: '0001_step.ts', checksum: 'sum', definition };
  const options = { stores: { database: store }, ledger, project: { database: 'database' }, callMs: 700 };
  const { run } = await runExecution({ ...options, registry: { migrations: [migration] } }, { up: {} });
  expect(run).toMatchObject({ exitCode: 3, error: { name: 'UnitsFailedError' } });
  const message = 'came to no safe point in 3 calls: yield more often, or it hangs';
  expect(run.error?.message).toContain(`1 partition failed: tenant 20 (Error: ${message})`);
  expect(await failureOf('tenant 20')).toMatchObject({ version: 1, message });
  for (const tenant of behind) expect(await partitionVersion(store.keyValues, tenant)).toBe(1);
}, 60_000);

test('one in the middle of a unit has its calls too, counted from the first in which nothing else was to be done', async () => {
  const tenants = Array.from({ length: 25 }, (_, index) => `tenant ${index}`);
  const migrate: Migrate = (tenant) => (tenant === 'tenant 22' ? hang() : Promise.resolve());
  expect(await calls(4, migrate, { partitions: tenants })).toBe('left behind');
  expect(await failureOf('tenant 22')).toBeUndefined();
  expect(await calls(1, migrate, { partitions: tenants })).toMatchObject({ name: 'PartitionsFailedError' });
  expect(await partitionVersion(store.keyValues, 'tenant 24')).toBe(1);
});

test.each([
  [1, 1],
  [2, 2],
  [50, 3],
])('with %i attempts it is given %i calls in a run, and as many in the next', async (attempts, given) => {
  for (let run = 1; run <= 2; run += 1) {
    expect(await calls(given, hang, { attempts })).toBe('left behind');
    expect(await calls(1, hang, { attempts })).toMatchObject({ name: 'PartitionsFailedError' });
    expect(letGo).toHaveLength(run * given);
    nextRun(kept);
  }
});

test('each safe point of its own begins the count again', async () => {
  async function* migrate(_tenant: string, _context: unknown, from: unknown) {
    const part = typeof from === 'number' ? from : 0;
    if (part < 6) yield part + 1;
    if (part < 6) await hang();
  }
  expect(await calls(6, migrate)).toBe('left behind');
  expect(await calls(1, migrate)).toBeUndefined();
  expect(await partitionVersion(store.keyValues, 'acme')).toBe(1);
});

test('one point is saved for a call, however many partitions it begins', async () => {
  const saved: unknown[] = [];
  const definition = forEachPartition({ partitions: () => ['acme'], migrate: () => Promise.resolve() });
  const migration = await definition.open(stageOf({ store, ledger }));
  await ledger.putDocument(kept.attempt, 'partitions/0/0', { partitions: ['acme', 'blue', 'corp'] });
  const unit = { work: { round: 0, chunk: 0 } } as unknown as UnitRecord;
  for await (const { save, cursor } of migration.migrate(unit, undefined, contextOf({ store, ledger }, kept)))
    if (save === true) saved.push(cursor);
  expect(saved).toEqual([expect.objectContaining({ partition: 'acme', inside: expect.anything() as unknown })]);
});

test('a cursor from before calls were counted is gone on with', async () => {
  const begun: unknown[] = [];
  async function* migrate(_tenant: string, _context: unknown, from: unknown) {
    begun.push(from);
    if (from === undefined) yield 'half';
    if (begun.length === 1) await hang();
  }
  expect(await calls(1, migrate)).toBe('left behind');
  const cursor = kept.units[0]?.cursor as { inside: { starts?: number } };
  expect(cursor.inside.starts).toBe(0);
  delete cursor.inside.starts;
  expect(await calls(1, migrate)).toBeUndefined();
  expect(begun).toEqual([undefined, 'half']);
});
