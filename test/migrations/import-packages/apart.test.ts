import type { Ledger } from '../../../src/ledger/ledger.js';
import { withTestLedgers } from '../../support/copy-run.js';
import { books, readers } from './library.js';
import { libraryStores, tablesOf, upLibrary } from './library-run.js';

let ledger: Ledger;
withTestLedgers(1, ([first]) => (ledger = first));

const size = { books: 20, readers: 5 };

describe('an import of packages', () => {
  test.each([
    ['that is the database', { via: 'sql', to: {} }],
    ['that is where the entries go', { via: 'kv' }],
  ])('is not staged in a store %s: what is removed in the end would be gone from there', async (_what, options) => {
    const stores = await libraryStores(size);
    const run = await upLibrary(stores, { ledger, options });
    expect(run).toMatchObject({ exitCode: 2, error: { message: expect.stringContaining('a store of its own') } });
    expect(await tablesOf(stores.sql)).toEqual(expect.arrayContaining(['authors', 'books', 'readers']));
  });

  test('is not staged in the store that its entries go to by another name', async () => {
    const stores = await libraryStores(size);
    const other = new Proxy(stores.kv, { get: (of, name) => boundTo(of, name) });
    const run = await upLibrary({ ...stores, other }, { ledger, options: { via: 'other' } });
    expect(run).toMatchObject({ exitCode: 2, error: { message: expect.stringContaining('is the same store as') } });
    expect(await tablesOf(stores.sql)).toEqual(expect.arrayContaining(['authors', 'books', 'readers']));
  });

  test("does not go into a package's own table", async () => {
    const stores = await libraryStores(size);
    const run = await upLibrary(stores, { ledger, options: { packages: [books, readers], to: { table: 'readers' } } });
    expect(run).toMatchObject({ exitCode: 2, error: { message: expect.stringContaining('is a table of package') } });
  });
});

/** The very store, as another object: private fields are its own. */
function boundTo(of: object, name: string | symbol): unknown {
  const value: unknown = Reflect.get(of, name, of);
  return typeof value === 'function' ? (value.bind(of) as unknown) : value;
}
