import type { OpenRun } from '../../../src/engine/runs/open-run.js';
import { wantedSegments } from '../../../src/engine/verdicts/view-works.js';
import type { Expectation } from '../../../src/migrations/expectation.js';
import { withDefaults } from '../../../src/settings.js';
import { openMemoryStore } from '../../../src/stores/memory/memory-store.js';
import { createEmpty } from '../memory-stores.js';

type Sizes = Readonly<Record<string, number>>;

/** How often tables of these sizes are split, those of the expected side first; one table of the actual side is the last. */
async function segmentsOf(expected: Sizes, actual: number, more: Partial<Expectation['actual']> = {}) {
  const store = openMemoryStore();
  const sizes: Sizes = { ...expected, live: actual };
  for (const table of Object.keys(sizes)) await createEmpty(store, table);
  const describe = store.describe.bind(store);
  store.describe = async (table) => ({ ...(await describe(table)), items: sizes[table] ?? 0, sizeBytes: 0 });
  const open = { settings: withDefaults(), task: { openStore: () => Promise.resolve(store) } } as unknown as OpenRun;
  const [table = '', ...tables] = Object.keys(expected);
  const key = [{ name: 'id' }];
  return wantedSegments(open, {
    ...{ table: 'package', relation: 'equal' },
    expected: { store: 'a', table, tables, key },
    actual: { store: 'a', table: 'live', key, ...more },
  });
}

describe('the segments of a view of several tables', () => {
  test('make the other side as large as all of them together', async () => {
    expect(await segmentsOf({ books: 4_000_000, loans: 6_000_000 }, 0)).toEqual([20, 30, 50]);
  });

  test('are of the other side in proportion where that is larger, or of equal parts', async () => {
    expect(await segmentsOf({ books: 400_000, loans: 600_000 }, 10_000_000)).toEqual([20, 30, 50]);
    expect(await segmentsOf({ books: 0, loans: 0 }, 10_000_000)).toEqual([25, 25, 50]);
  });

  test('are their own where the other side is shared with others', async () => {
    expect(await segmentsOf({ books: 60_000, loans: 40_000 }, 10_000_000, { transformed: true })).toEqual([2, 1, 50]);
  });

  test('are as many as a view says', async () => {
    expect(await segmentsOf({ books: 60_000 }, 10_000_000, { segments: 3 })).toEqual([50, 3]);
  });
});
