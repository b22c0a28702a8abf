import { expiryOf, hasExpired } from '../../digest/expiry.js';
import type { UnitRecord } from '../../ledger/ledger.js';
import type { Expectation, View, ViewSource } from '../../migrations/expectation.js';
import { keyOf, type Item } from '../../stores/item.js';
import { addUsage, type Cursor, type Page, type ReadOptions, type Segment, type Store } from '../../stores/store.js';
import type { OpenRun } from '../runs/open-run.js';
import type { UnitProgress } from './unit-loop.js';

/** The work of a unit of Validate and of Locate. */
export interface ViewWork {
  readonly side: 'expected' | 'actual';
  readonly segment: Segment;
}

/** A page as both sides have it; a unit that reads one side alone leaves the other empty. */
export interface ViewPage {
  readonly expected: readonly Item[];
  readonly actual: readonly Item[];
  readonly progress: UnitProgress;
}

/**
 * Reads a unit of validation. Of `equal`, each unit reads one side; of `contained`, it reads the expected side and looks
 * each item up on the other. Items that had expired at `expiredBy` (epoch milliseconds) are left out on both sides.
 */
export async function* viewPages(
  open: OpenRun,
  expectation: Expectation,
  unit: UnitRecord,
  expiredBy: number,
): AsyncIterable<ViewPage> {
  const { side, segment } = unit.work as unknown as ViewWork;
  const { relation, expected, actual } = expectation;
  const view = side === 'expected' ? expected : actual;
  const store = await open.task.openStore(view.store);
  for await (const page of store.read(segment, unit.cursor, pagesOf(view))) {
    const of = { side, table: segment.table };
    const items = await comparable(open, expectation.table, view, of, live(page.items, view, expiredBy));
    if (relation === 'equal') {
      yield { expected: [], actual: [], [side]: items, progress: progressOf(page) };
      continue;
    }
    const found = await lookUp(await open.task.openStore(actual.store), actual, items);
    const usage = addUsage(page.usage, found.usage);
    yield { expected: items, actual: live(found.items, actual, expiredBy), progress: { ...progressOf(page), usage } };
  }
}

function pagesOf({ pageItems }: View): ReadOptions {
  return pageItems === undefined ? {} : { pageItems };
}

/** The items as they are compared. */
async function comparable(
  { migration, context }: OpenRun,
  table: string,
  { transformed }: View,
  of: ViewSource,
  items: readonly Item[],
): Promise<readonly Item[]> {
  if (transformed !== true || migration.transformed === undefined) return items;
  return await migration.transformed(table, items, context, of);
}

function live(items: readonly Item[], { ttlAttribute }: View, expiredBy: number): readonly Item[] {
  return ttlAttribute === undefined
    ? items
    : items.filter((item) => !hasExpired(expiryOf(item, ttlAttribute), expiredBy));
}

function progressOf({ cursor, items, sizeBytes, usage }: Page): UnitProgress {
  return { cursor: cursor as Cursor, items: items.length, sizeBytes, usage };
}

async function lookUp(store: Store, view: View, items: readonly Item[]): Promise<Pick<Page, 'items' | 'usage'>> {
  if (store.get === undefined) throw new TypeError(`${store.engine} cannot look items up`);
  const keys = items.map((item) => keyOf(item, view.key));
  const { items: found, usage } = await store.get(view.table, keys);
  return { items: found.filter((item) => item !== undefined), usage };
}
