import { openMemoryStore } from '../../../src/stores/memory/memory-store.js';
import type { Ledger } from '../../../src/ledger/ledger.js';
import { changeState } from '../../../src/versions/state-entry.js';
import { runExecution, withTestLedgers } from '../../support/copy-run.js';
import { entriesIn, expectedEntries, fillLibrary, libraryRegistry } from './library.js';

let ledger: Ledger;
withTestLedgers(1, ([first]) => (ledger = first));

const size = { books: 1_200, readers: 300 };

describe('importPackages', () => {
  test.each([
    ['straight', {}],
    ['by way of an export', { via: 'archive' }],
  ])('carries the rows of all packages into the key-value store, %s', async (_how, options) => {
    const stores = { sql: openMemoryStore(), kv: openMemoryStore(), archive: openMemoryStore() };
    await fillLibrary(stores.sql, size);
    await changeState(stores.sql.keyValues, (state) => ({ ...state, baseline: 0 }));
    const given = { stores, ledger, registry: libraryRegistry(options), project: { database: 'sql' } };
    const { run, chain } = await runExecution(given, { up: {} });
    expect(run).toMatchObject({ status: 'succeeded' });
    expect(chain).toMatchObject({ version: 1 });
    expect(await entriesIn(stores.kv)).toEqual(expectedEntries(size));
  });
});
