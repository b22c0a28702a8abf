import type { Ledger } from '../../../src/ledger/ledger.js';
import { ThrottledError } from '../../../src/errors.js';
import type { PackageToImport } from '../../../src/migrations/import-packages/packages.js';
import { keyValueTable } from '../../../src/stores/key-value-table.js';
import { withTestLedgers } from '../../support/copy-run.js';
import { books, entriesIn, expectedEntries, readers } from './library.js';
import { libraryStores, tablesOf, upLibrary, type LibraryStores } from './library-run.js';

let ledger: Ledger;
withTestLedgers(1, ([first]) => (ledger = first));

const size = { books: 20, readers: 5 };
const dies = (): Promise<never> => Promise.reject(new TypeError('dies here'));

/** As a deployment makes it for the service, before any run. */
async function withTable(): Promise<LibraryStores> {
  const stores = await libraryStores(size);
  await stores.kv.create(keyValueTable('memory', 'library'));
  return stores;
}

describe('a key-value table that is there already', () => {
  test('is filled where it is empty', async () => {
    const stores = await withTable();
    expect(await upLibrary(stores, { ledger })).toMatchObject({ exitCode: 0 });
    expect(await entriesIn(stores.kv)).toEqual(expectedEntries(size));
  });

  test('is refused where it holds anything, and nothing is touched', async () => {
    const stores = await withTable();
    const writer = stores.kv.writer('library', { unit: 0, position: 0 });
    await writer.write([{ partition: { B: new Uint8Array(1) }, key: { B: new Uint8Array(1) } }]);
    await writer.flush();
    const run = await upLibrary(stores, { ledger });
    expect(run).toMatchObject({ exitCode: 2, error: { message: expect.stringContaining('holds items') } });
    expect(await entriesIn(stores.kv)).toHaveLength(1);
  });

  test('is emptied by a fresh start of what the failed one wrote, however often that is interrupted', async () => {
    const stores = await withTable();
    await upLibrary(stores, { ledger, more: { handlers: { Complete: dies } } });
    const remove = stores.kv.remove?.bind(stores.kv);
    let asked = 0;
    stores.kv.remove = (...given) => {
      if (++asked === 1) return Promise.reject(new ThrottledError('slow down'));
      return remove?.(...given) ?? Promise.resolve();
    };
    const renamed: PackageToImport = { ...readers, name: 'people' };
    const run = await upLibrary(stores, { ledger, input: { fresh: true }, options: { packages: [books, renamed] } });
    expect(run).toMatchObject({ exitCode: 0 });
    expect(asked).toBeGreaterThan(1);
    expect(await entriesIn(stores.kv)).toEqual(expectedEntries(size));
  });
});

describe('an export that could not be removed', () => {
  test('is named by the event that asks for a hand, and removed by the next run', async () => {
    const stores = await libraryStores(size);
    const drop = stores.archive.drop.bind(stores.archive);
    stores.archive.drop = dies;
    const events: unknown[] = [];
    const emit = (event: unknown): Promise<void> => Promise.resolve(void events.push(event));
    const run = await upLibrary(stores, { ledger, options: { via: 'archive' }, more: { emit } });
    expect(run).toMatchObject({ exitCode: 3, error: { name: 'CleanupFailedError' } });
    expect(JSON.stringify(events)).toContain('"store":"archive","table":"readers"');
    stores.archive.drop = drop;
    expect(await upLibrary(stores, { ledger, options: { via: 'archive' } })).toMatchObject({ exitCode: 0 });
    expect(await tablesOf(stores.archive)).toEqual([]);
    expect(await tablesOf(stores.sql)).toEqual([]);
  });
});
