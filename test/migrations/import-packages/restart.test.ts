import pMap from 'p-map';
import type { Ledger } from '../../../src/ledger/ledger.js';
import type { PackageToImport } from '../../../src/migrations/import-packages/packages.js';
import type { Registry } from '../../../src/migrations/registry.js';
import type { Item } from '../../../src/stores/item.js';
import { keyValueTable } from '../../../src/stores/key-value-table.js';
import type { Store } from '../../../src/stores/store.js';
import { readState } from '../../../src/versions/state-entry.js';
import { itemsOf, put, tableNames } from '../../engine/memory-stores.js';
import { runExecution, withTestLedgers } from '../../support/copy-run.js';
import { endedPlan, faultPlan } from '../../support/faults.js';
import { importWith } from './faulty-import.js';
import { openMemoryWorld, type ImportWorld } from './import-world.js';
import { books, bytes, entriesIn, expectedEntries, libraryRegistry, readers } from './library.js';

let ledger: Ledger;
withTestLedgers(1, ([first]) => (ledger = first));

const size = { books: 20, readers: 6 };
const oldTables = ['authors', 'books', 'readers'];

/** What a service does to its tables between two runs: a row goes, one changes, one comes. */
async function changeRows(sql: Store): Promise<void> {
  await sql.remove?.('books', [{ id: { S: 'b3' } }]);
  await put(sql, 'authors', [{ id: { S: 'a1' }, name: { S: 'Renamed' } }]);
  await put(sql, 'readers', [{ id: { S: 'r999' }, age: { N: '7' } }]);
}

const changedEntries = [
  ...expectedEntries(size)
    .filter((entry) => !entry.includes('| /b3 |'))
    .map((entry) => entry.replace('Author 1', 'Renamed')),
  '/readers | /r999 | {"id":{"S":"r999"},"age":{"N":"7"}}',
].sort();

const wholeTables = async (sql: Store): Promise<readonly Item[][]> =>
  await Promise.all(oldTables.map((table) => itemsOf(sql, table)));

describe('an import that begins anew when it is run again', () => {
  test.each([
    ['directly', {}, 12],
    ['by way of an archive', { via: 'archive' }, 12],
  ] as const)('%s carries the rows as they are then, wherever the run before ended', async (_how, via, cases) => {
    const registry = libraryRegistry({ ...via, onRerun: 'restart' });
    const counting = faultPlan(0, 'error');
    const undisturbed = await openMemoryWorld(size);
    await importWith({ world: undisturbed, ledger, registry, callMs: 60_000 }, [counting]);
    await undisturbed.close();
    const spread = Array.from({ length: cases }, (_, index) => Math.floor((counting.count * (index + 0.5)) / cases));
    // In its last calls a run has nothing left to do but to free its lock.
    const places = [...spread, counting.count - 10];
    const outcomes = await pMap(places, (at) => restartedAt([at], registry), { concurrency: 6 });
    expect(outcomes.filter((outcome) => outcome === 'anew').length).toBeGreaterThan(cases / 2);
  });

  test('carries them also where the run that begins anew ends, early or late', async () => {
    const registry = libraryRegistry({ via: 'archive', onRerun: 'restart' });
    const places = [100, 140, 180, 220].map((second) => [320, second, second + 60]);
    expect(await pMap(places, (at) => restartedAt(at, registry), { concurrency: 4 })).toEqual(places.map(() => 'anew'));
  });
});

/** Runs that end at these calls, with changes of the rows after the first; `anew`: before the version was written. */
async function restartedAt(places: readonly number[], registry: Registry): Promise<'anew' | 'finished'> {
  const world = await openMemoryWorld(size);
  let changed = false;
  const between = async (): Promise<void> => {
    if (!changed) await changeRows(world.sql);
    changed = true;
    expect(await wholeTables(world.sql)).toEqual(await wholeTables((await changedWorld()).sql));
  };
  try {
    const plans = places.map((at) => endedPlan(at));
    const end = await importWith({ world, ledger, registry, callMs: 60_000, between }, plans);
    const where = places.map((at, run) => plans[run]?.log[at - 1]);
    expect({ where, ...end, gone: [...end.gone].sort() }).toEqual({
      ...{ where, error: undefined, version: 1, lease: undefined, pending: [], history: [1] },
      ...{ gone: oldTables, early: [], staged: [], entries: changed ? changedEntries : expectedEntries(size) },
    });
    return changed ? 'anew' : 'finished';
  } finally {
    await world.close();
  }
}

let unharmed: Promise<ImportWorld> | undefined;
/** What the tables hold after the change. */
function changedWorld(): Promise<ImportWorld> {
  return (unharmed ??= openMemoryWorld(size).then(async (world) => {
    await changeRows(world.sql);
    return world;
  }));
}
afterAll(async () => (await unharmed)?.close());

describe('a key-value table that was there and empty', () => {
  let world: ImportWorld;
  let failing: boolean;
  beforeEach(async () => {
    world = await openMemoryWorld(size);
    await world.kv.create(keyValueTable(world.kv.engine, 'library'));
    failing = true;
  });
  afterEach(() => world.close());

  /** Fails once all books are written. */
  const fragile: PackageToImport = {
    ...readers,
    *migrate(rows, context) {
      if (failing) throw new RangeError('no readers today');
      yield* readers.migrate(rows, context) as Iterable<{ partition: Uint8Array; key: Uint8Array; value: Uint8Array }>;
    },
  };
  const registry = libraryRegistry({ packages: [books, fragile], onRerun: 'restart' });
  const up = async () => {
    const { sql, kv, archive } = world;
    const options = { stores: { sql, kv, archive }, ledger, registry, project: { database: 'sql' } };
    return (await runExecution(options, { up: {} })).run;
  };
  const foreign: Item = {
    ...{ partition: { B: bytes('/own') }, key: { B: bytes('/one') }, value: { B: bytes('precious') } },
    writes: { L: [{ S: 'AAAAAAAAAAAAAAAAAAAAAA' }] },
  };

  test('is emptied of what the failed run wrote, and stays the very one', async () => {
    const { identity } = await world.kv.describe('library');
    expect((await up()).error?.message).toContain('no readers today');
    expect((await entriesIn(world.kv)).length).toBeGreaterThan(20);
    await changeRows(world.sql);
    failing = false;
    expect((await up()).error).toBeUndefined();
    expect(await entriesIn(world.kv)).toEqual(changedEntries);
    expect((await world.kv.describe('library')).identity).toBe(identity);
  });

  test('keeps what somebody else wrote into it meanwhile, and takes nothing more', async () => {
    expect((await up()).error?.message).toContain('no readers today');
    await put(world.kv, 'library', [foreign]);
    failing = false;
    const { error, exitCode } = await up();
    expect(error?.message).toContain('table "library": holds items');
    expect(exitCode).toBe(2);
    expect(await entriesIn(world.kv)).toEqual(['/own | /one | precious']);
    expect(await tableNames(world.sql)).toEqual(oldTables);
    expect((await readState(world.sql.keyValues))?.version).toBe(0);
  });

  test('is refused before anything is touched where it holds entries of others', async () => {
    await put(world.kv, 'library', [foreign]);
    failing = false;
    const before = await readState(world.sql.keyValues);
    const { error, exitCode } = await up();
    expect(error).toMatchObject({ name: 'InputError' });
    expect(error?.message).toContain('table "library": holds items');
    expect(exitCode).toBe(2);
    expect(await entriesIn(world.kv)).toEqual(['/own | /one | precious']);
    expect(await tableNames(world.sql)).toEqual(oldTables);
    const { version, attempt } = (await readState(world.sql.keyValues)) ?? {};
    expect({ version, attempt }).toEqual({ version: before?.version, attempt: before?.attempt });
  });
});
