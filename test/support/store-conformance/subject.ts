import { createHash } from 'node:crypto';
import { canonicalItem } from '../../../src/digest/canonical.js';
import type { Item } from '../../../src/stores/item.js';
import type { Cursor, KeyColumn, Page, ReadOptions, Segment, Store } from '../../../src/stores/store.js';
import type { TableDescription } from '../../../src/stores/store.js';

/** A store for one test. */
export interface OpenedTestStore {
  readonly store: Store;
  /** Another store over the same data, as another process would open it; `close` closes it too. */
  reopen?(): Promise<Store>;
  /** Closes the store, which the test may have closed already, and removes what it held. */
  close(): Promise<void>;
}

export interface StoreSubject {
  readonly name: string;
  /** Opens a store on the real engine, in a place of its own that holds no tables. */
  open(): Promise<OpenedTestStore>;
}

/** Opens a store, hands it to `body` and closes it whatever happens. */
export async function withStore(
  subject: StoreSubject,
  body: (store: Store, opened: OpenedTestStore) => Promise<void>,
): Promise<void> {
  const opened = await subject.open();
  try {
    await body(opened.store, opened);
  } finally {
    await opened.close();
  }
}

/** A table that came from an engine of which the driver under test knows nothing. */
export function description(name = 'orders', key: readonly KeyColumn[] = [idColumn]): TableDescription {
  return { name, identity: 'elsewhere', key, origin: { engine: 'memory', metadata: { note: 'as it was' } } };
}

export const idColumn: KeyColumn = { name: 'id', type: 'S' };

/** Creates a table, asking again as long as the engine is busy with it; returns its identity. */
export async function created(store: Store, table: TableDescription): Promise<string> {
  for (;;) {
    const { ready, identity } = await store.create(table);
    if (ready) return identity;
    await nextMoment();
  }
}

export async function dropped(store: Store, table: string): Promise<void> {
  while (!(await store.drop(table))) await nextMoment();
}

const nextMoment = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

/** A store with one table of this key that holds these items, written by several units where there are many. */
export async function filled(store: Store, items: readonly Item[], table = description()): Promise<void> {
  await created(store, table);
  const units = items.length < 50 ? 1 : 5;
  for (let unit = 0; unit < units; unit += 1) {
    const share = items.filter((_, index) => index % units === unit);
    await writeItems(store, share, { table: table.name, unit });
  }
}

export async function writeItems(
  store: Store,
  items: readonly Item[],
  { table = 'orders', unit = 0, position = 0 } = {},
): Promise<void> {
  const writer = store.writer(table, { unit, position });
  await writer.write(items);
  await writer.flush();
}

export function numbered(from: number, to: number): Item[] {
  return Array.from({ length: to - from }, (_, index) => ({
    id: { S: `order ${String(from + index).padStart(5, '0')}` },
    total: { N: String(from + index) },
  }));
}

/** The pages of a segment, which travels as JSON, as do cursors. */
export async function pagesOf(
  store: Store,
  segment: Segment,
  from?: Cursor,
  options: ReadOptions = { pageItems: 10 },
): Promise<Page[]> {
  const pages: Page[] = [];
  const cursor = from === undefined ? undefined : throughJson(from);
  for await (const page of store.read(throughJson(segment), cursor, options)) pages.push(page);
  return pages;
}

export async function itemsOf(store: Store, table = 'orders', parts = 3, options?: ReadOptions): Promise<Item[]> {
  const segments = await store.split(table, parts);
  const pages = await Promise.all(segments.map((segment) => pagesOf(store, segment, undefined, options)));
  return pages.flat().flatMap((page) => page.items);
}

export function throughJson<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

/** Items in a form that compares them as sets of equal items; a large one by its hash, so that a difference can be read. */
export function formsOf(items: readonly (Item | undefined)[]): string[] {
  return items.map(formOf).sort();
}

export function formOf(item: Item | undefined): string {
  if (item === undefined) return 'no item';
  const form = canonicalItem(item);
  return form.length < 2_000 ? form : `${form.slice(0, 100)}… ${createHash('sha256').update(form).digest('hex')}`;
}

export async function collect<T>(iterable: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const each of iterable) all.push(each);
  return all;
}
