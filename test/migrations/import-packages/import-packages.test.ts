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
    ['straight', {}, ['package books in kv: 2520', 'package readers in kv: 300']],
    [
      'by way of an export',
      { via: 'archive' },
      [
        'package books in archive: 2520',
        'package readers in archive: 300',
        'package books in kv: 2520',
        'package readers in kv: 300',
      ],
    ],
  ])('carries the rows of all packages into the key-value store, %s', async (_how, options, proven) => {
    const stores = { sql: openMemoryStore(), kv: openMemoryStore(), archive: openMemoryStore() };
    await fillLibrary(stores.sql, size);
    await changeState(stores.sql.keyValues, (state) => ({ ...state, baseline: 0 }));
    const given = { stores, ledger, registry: libraryRegistry(options), project: { database: 'sql' } };
    const { run, chain } = await runExecution(given, { up: {} });
    expect(run).toMatchObject({ status: 'succeeded' });
    expect(chain).toMatchObject({ version: 1 });
    expect(await entriesIn(stores.kv)).toEqual(expectedEntries(size));
    const [applied] = chain?.applied ?? [];
    const found = (applied?.proven ?? []).map(({ what, store, items }) => `${what} in ${store}: ${items}`);
    expect(found).toEqual(proven);
    expect(new Set(applied?.proven?.map(({ what, digest }) => `${what} ${digest}`)).size).toBe(2);
  });
});
