import type { Ledger } from '../../../src/ledger/ledger.js';
import { mostLegSegments, type Leg } from '../../../src/migrations/import-packages/leg.js';
import { withTestLedgers } from '../../support/copy-run.js';
import { libraryStores, tablesOf, upLibrary } from './library-run.js';

let ledger: Ledger;
withTestLedgers(1, ([first]) => (ledger = first));

const size = { books: 20, readers: 5 };

describe('packages that would have more units than there are', () => {
  test('are refused before anything is touched where segments were asked for', async () => {
    const stores = await libraryStores(size);
    const before = await tablesOf(stores.sql);
    const most = Math.floor(5_000 / before.length);
    const run = await upLibrary(stores, { ledger, more: { settings: { segments: most + 1 } } });
    expect(run).toMatchObject({ exitCode: 2, error: { name: 'InputError', step: 'begin' } });
    expect(run.error?.message).toContain('settings.segments');
    expect(run.error?.message).toContain(`set at most ${most}`);
    expect([await tablesOf(stores.sql), await tablesOf(stores.kv)]).toEqual([before, []]);
  });

  test.each([{}, { via: 'archive' }])(
    'are imported with as many segments as there are units for, with %j',
    async (options) => {
      const stores = await libraryStores(size);
      const segments = Math.floor(5_000 / (await tablesOf(stores.sql)).length);
      expect(await upLibrary(stores, { ledger, options, more: { settings: { segments } } })).toMatchObject({
        exitCode: 0,
      });
    },
  );

  test('have fewer segments each, so that those of an export and an import fit together', () => {
    const parcels = Array.from({ length: 10 }, () => ({ tables: ['rows', 'more rows'] }));
    expect(mostLegSegments({ parcels } as unknown as Leg)).toBe(250);
  });
});
