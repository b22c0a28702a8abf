import type { RunStatus } from '../../../src/engine/status/run-status.js';
import type { Json } from '../../../src/json.js';
import type { Ledger } from '../../../src/ledger/ledger.js';
import { openMemoryStore } from '../../../src/stores/memory/memory-store.js';
import type { Store } from '../../../src/stores/store.js';
import { readState } from '../../../src/versions/state-entry.js';
import { entriesIn, expectedEntries, fillLibrary, libraryRegistry } from '../../migrations/import-packages/library.js';
import { runExecution, withTestLedgers, type CopyRunOptions } from '../../support/copy-run.js';
import { createEmpty, itemOf, put, tableNames } from '../memory-stores.js';

let ledger: Ledger;
withTestLedgers(1, ([made]) => (ledger = made));

const size = { books: 60, readers: 25 };
type More = Partial<CopyRunOptions>;
type Stores = Readonly<Record<'sql' | 'archive' | 'kv', Store>>;

/** Stores of which the archive holds an export of the library. */
async function exported(more: More = {}): Promise<Stores & { readonly run: RunStatus }> {
  const stores = { sql: openMemoryStore(), archive: openMemoryStore(), kv: openMemoryStore() };
  await fillLibrary(stores.sql, size);
  const options = { stores, ledger, registry: libraryRegistry(), project: { database: 'sql' }, ...more };
  return { ...stores, run: await runExecution(options, { export: { to: 'archive' } }) };
}

/** Knows nothing of the migrations that made the export, nor of a database. */
const imported = ({ archive, kv }: Stores, input: Json & object = {}, more: More = {}): Promise<RunStatus> =>
  runExecution({ stores: { archive, kv }, ledger, ...more }, { import: { from: 'archive', to: 'kv', ...input } });

/** Ends a run where its units are carried. */
const dying = { handlers: { Expect: () => Promise.reject(new Error('the power went')) } };

describe('an import of packages', () => {
  test('carries all that was exported into a key-value store, and finds what the export found', async () => {
    const stores = await exported();
    const { run, tables } = await imported(stores);
    expect(run).toMatchObject({ status: 'succeeded', exitCode: 0 });
    expect(await entriesIn(stores.kv, 'key_values')).toEqual(expectedEntries(size));
    const found = ({ table, verdict }: RunStatus['tables'][number]) => [table, verdict?.actualItems, verdict?.digest];
    expect(tables.map(found)).toEqual(stores.run.tables.map(found));
    expect(await readState(stores.kv.keyValues)).toMatchObject({ version: 0, attempt: { phase: 'complete' } });
    expect((await readState(stores.kv.keyValues))?.attempt?.endedAt).toBeDefined();
  });

  test('is of the packages that are named, into the table that is named', async () => {
    const stores = await exported();
    const { run } = await imported(stores, { packages: ['readers'], table: 'library' });
    expect(run.exitCode).toBe(0);
    expect(await tableNames(stores.kv)).toEqual(['library']);
    expect(await entriesIn(stores.kv)).toEqual(expectedEntries(size).filter((entry) => entry.startsWith('/readers ')));
  });

  test('goes on after it was killed, with the same attempt', async () => {
    const stores = await exported();
    const first = await imported(stores, {}, dying);
    expect(first.run.status).toBe('failed');
    const second = await imported(stores);
    expect(second.run).toMatchObject({ exitCode: 0, attempt: first.run.attempt });
    expect(await entriesIn(stores.kv, 'key_values')).toEqual(expectedEntries(size));
  });

  test('into another table does not go on with it, unless it begins anew and drops what the other made', async () => {
    const stores = await exported();
    const { run } = await imported(stores, {}, dying);
    const other = await imported(stores, { table: 'library' });
    expect(other.run).toMatchObject({ exitCode: 2, error: { name: 'InputError' } });
    const fresh = await imported(stores, { table: 'library', fresh: true });
    expect(fresh.run.exitCode).toBe(0);
    expect(fresh.run.attempt).not.toBe(run.attempt);
    expect(await tableNames(stores.kv)).toEqual(['library']);
  });

  test('fails where the export was changed since, and completes nothing', async () => {
    const stores = await exported();
    const segments = await stores.archive.split('readers', 1);
    for await (const { items } of stores.archive.read(segments[0]!)) {
      const { partition, key } = items[0]!;
      await stores.archive.remove?.('readers', [{ partition: partition!, key: key! }]);
      break;
    }
    const { run } = await imported(stores);
    expect(run).toMatchObject({ status: 'failed', exitCode: 3 });
    expect(run.error?.message).toContain('package "readers"');
    expect((await readState(stores.kv.keyValues))?.attempt?.phase).not.toBe('complete');
  });
});

describe('an import that cannot be', () => {
  const refused = async (stores: Stores, input: Json & object = {}, more: More = {}): Promise<string[]> => {
    const { run } = await imported(stores, input, more);
    expect(run).toMatchObject({ exitCode: 2, error: { name: 'InputError', step: 'begin' } });
    expect(await readState(stores.kv.keyValues)).toBeUndefined();
    return (run.error?.message ?? '').split('\n');
  };

  test('names each fault of its input', async () => {
    const stores = await exported(dying);
    expect(await refused(stores, { from: 'nowhere', to: 'nobody', packages: [] })).toEqual([
      expect.stringMatching(/^import\.packages: /),
    ]);
    expect(await refused(stores, { from: 'nowhere', to: 'nobody' })).toEqual([
      'import.from: "nowhere" is not a store of the project: it declares archive, kv',
      'import.to: "nobody" is not a store of the project: it declares archive, kv',
    ]);
    expect(await refused(stores, { from: 'kv' })).toEqual([
      'import.to: is the same store as import.from ("kv"): name another',
    ]);
  });

  test('names what holds no export, or one that did not come to its end', async () => {
    const unfinished = await exported(dying);
    expect(await refused({ ...unfinished, archive: unfinished.sql })).toEqual([
      expect.stringMatching(/^import\.from: .* has no export of packages/),
    ]);
    expect(await refused(unfinished, { packages: ['books'] })).toEqual([
      expect.stringMatching(/^import\.from: the export of package "books" .* did not come to its end/),
    ]);
  });

  test('names packages that were not exported, and a table that holds items', async () => {
    const stores = await exported();
    expect(await refused(stores, { packages: ['books', 'shelves'] })).toEqual([
      expect.stringMatching(/^import\.packages: "shelves" is not in .*, which has "books", "readers"/),
    ]);
    await createEmpty(stores.kv, 'key_values');
    await put(stores.kv, 'key_values', [itemOf(1)]);
    expect(await refused(stores)).toEqual([expect.stringContaining('table "key_values": holds items')]);
  });
});
