import type { Item } from '../../src/stores/item.js';
import { openMemoryStore } from '../../src/stores/memory/memory-store.js';
import type { Store } from '../../src/stores/store.js';

export const itemOf = (id: number): Item => ({ id: { S: `item-${id}` }, total: { N: String(id * 3) } });

/** A store in memory whose tables hold so many items each. */
export async function filled(count: number, tables: readonly string[] = ['orders']): Promise<Store> {
  const store = openMemoryStore();
  for (const name of tables) {
    await createEmpty(store, name);
    await put(
      store,
      name,
      Array.from({ length: count }, (_, id) => itemOf(id)),
    );
  }
  return store;
}

export async function createEmpty(store: Store, name: string): Promise<void> {
  const origin = { engine: 'memory', metadata: null } as const;
  await store.create({ name, identity: '', key: [{ name: 'id', type: 'S' }], origin });
}

export async function put(store: Store, table: string, items: readonly Item[]): Promise<void> {
  const writer = store.writer(table, { unit: 0, position: 0 });
  await writer.write(items);
  await writer.flush();
}

/** The items of a table, in the order of their texts. */
export async function itemsOf(store: Store, table: string): Promise<Item[]> {
  const items: Item[] = [];
  for (const segment of await store.split(table, 1))
    for await (const page of store.read(segment)) items.push(...page.items);
  return items.sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));
}

export async function tableNames(store: Store): Promise<string[]> {
  const names: string[] = [];
  for await (const name of store.tables()) names.push(name);
  return names.sort();
}
