import type { Ledger } from '../../../src/ledger/ledger.js';
import type { ImportPackagesOptions } from '../../../src/migrations/import-packages/packages.js';
import { withTestLedgers } from '../../support/copy-run.js';
import { entriesIn, fill } from './library.js';
import { libraryStores, upLibrary, type LibraryStores } from './library-run.js';

let ledger: Ledger;
withTestLedgers(1, ([first]) => (ledger = first));

const size = { books: 20, readers: 5 };
const dies = (): Promise<never> => Promise.reject(new TypeError('dies here'));

describe('what a service writes between a run that failed and the next', () => {
  test.each([
    ['straight', {}],
    ['by way of an export', { via: 'archive' }],
  ])('is found when all was validated before (%s)', async (_how, options) => {
    const stores = await libraryStores(size);
    const failed = await upLibrary(stores, { ledger, options, more: { handlers: { Complete: dies } } });
    expect(failed).toMatchObject({ status: 'failed', error: { step: 'judge' } });
    await isFoundAndCarriedAnew(stores, options);
  });

  test('is found when the export alone was validated before', async () => {
    const stores = await libraryStores(size);
    const { create } = stores.kv;
    stores.kv.create = dies;
    const failed = await upLibrary(stores, { ledger, options: { via: 'archive' } });
    expect(failed).toMatchObject({ status: 'failed', error: { step: 'setup' } });
    stores.kv.create = (...given) => create.apply(stores.kv, given);
    await isFoundAndCarriedAnew(stores, { via: 'archive' });
  });
});

async function isFoundAndCarriedAnew(stores: LibraryStores, options: Partial<ImportPackagesOptions>): Promise<void> {
  await fill(stores.sql, 'readers', [{ id: { S: 'late' } }]);
  const found = await upLibrary(stores, { ledger, options });
  expect(found).toMatchObject({ exitCode: 1, error: { message: expect.stringContaining('1 missing') } });
  const anew = await upLibrary(stores, { ledger, options, input: { fresh: true } });
  expect(anew).toMatchObject({ exitCode: 0 });
  expect(await entriesIn(stores.kv)).toContainEqual(expect.stringContaining('late'));
}
