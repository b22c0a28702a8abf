import type { Item } from '../../src/stores/item.js';
import { openMemoryStore } from '../../src/stores/memory/memory-store.js';
import type { Page, Store, TableDescription } from '../../src/stores/store.js';

/** A store in memory with one table, `things`, of these items. */
export async function storeOf(items: readonly Item[], more: Partial<TableDescription> = {}): Promise<Store> {
  const store = openMemoryStore();
  await store.create({ ...thingsTable, ...more });
  await putThings(store, items);
  return store;
}

export const thingsTable: TableDescription = {
  name: 'things',
  identity: '',
  key: [{ name: 'id', type: 'S' }],
  origin: { engine: 'memory', metadata: null },
};

export function things(count: number): Item[] {
  return Array.from({ length: count }, (_, id) => ({ id: { S: `thing-${id}` }, size: { N: String(id) } }));
}

export async function putThings(store: Store, items: readonly Item[], table = 'things'): Promise<void> {
  const writer = store.writer(table, { unit: 0, position: 0 });
  await writer.write([...items]);
  await writer.flush();
}

/** From now on `store` reads pages of at most `pageItems` items, each as `change` gives it; `page` counts from 1. */
export function readThrough(store: Store, pageItems: number, change: (page: Page, count: number) => Page): void {
  const read = store.read.bind(store);
  let count = 0;
  store.read = async function* (segment, from) {
    for await (const page of read(segment, from, { pageItems })) yield change(page, ++count);
  };
}

/** A call whose time is nearly over as soon as it has begun. */
export function nearlyOver(): { remainingMs(): number } {
  let asked = 0;
  return { remainingMs: () => (asked++ < 1 ? 60_000 : 10_000) };
}
