import { openMemoryStore } from '../../src/stores/memory/memory-store.js';
import type { Item } from '../../src/stores/item.js';
import type { Store } from '../../src/stores/store.js';

/** The store that a configuration of this process declares as `memory:NAME`, with these tables. */
export async function memoryStore(name: string, tables: Readonly<Record<string, number>>): Promise<Store> {
  const store = openMemoryStore({ name });
  for (const [table, count] of Object.entries(tables)) {
    const origin = { engine: 'memory', metadata: null } as const;
    await store.create({ name: table, identity: '', key: [{ name: 'id', type: 'S' }], origin });
    await put(
      store,
      table,
      Array.from({ length: count }, (_, id) => itemOf(id)),
    );
  }
  return store;
}

export function itemOf(id: number): Item {
  return { id: { S: `item-${id}` }, total: { N: String(id * 3) } };
}

export async function put(store: Store, table: string, items: Item[]): Promise<void> {
  const writer = store.writer(table, { unit: 0, position: 0 });
  await writer.write(items);
  await writer.flush();
}

/** How many items each table holds. */
export async function counts(store: Store): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for await (const table of store.tables()) {
    found[table] = 0;
    for (const segment of await store.split(table, 1))
      for await (const { items } of store.read(segment)) found[table] += items.length;
  }
  return found;
}
