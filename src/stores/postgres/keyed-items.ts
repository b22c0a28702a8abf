import { escapeIdentifier } from 'pg';
import type { RetryOptions } from '../../kv/retry-policy.js';
import type { Item, ItemKey } from '../item.js';
import type { Fence, Usage } from '../store.js';
import type { Connections } from './connections.js';
import { fencedTransaction } from './fenced-transaction.js';
import type { Layout } from './layout.js';
import { refusedItem } from './refused-row.js';
import { retrying } from './retrying.js';

export interface Keyed {
  readonly connections: Connections;
  readonly layout: Layout;
  readonly retry: RetryOptions;
}

/** Few enough that planning stays cheap, and that rows of 1 MB fit into memory; parameters are limited to 65,535. */
const keysARequest = 100;

/**
 * The items of these keys, in their order. Each key is its own index look-up with its number: PostgreSQL says which row
 * belongs to which key, since texts of equal keys may differ (1.0 and 1, and what citext or a collation takes for equal).
 */
export async function getItems(
  keyed: Keyed,
  keys: readonly ItemKey[],
): Promise<{ items: (Item | undefined)[]; usage: Usage }> {
  const { connections, layout, retry } = keyed;
  const items = new Array<Item | undefined>(keys.length).fill(undefined);
  const columns = layout.form.columns.map(escapeIdentifier).join(', ');
  let requests = 0;
  for (let from = 0; from < keys.length; from += keysARequest) {
    const some = keys.slice(from, from + keysARequest);
    const look = (at: number) =>
      `SELECT ${from + at}, ${columns} FROM ${layout.source} WHERE ${equalsKey(layout, at * layout.key.length + 1)}`;
    const sql = some.map((_, at) => look(at)).join(' UNION ALL ');
    const values = some.flatMap((key) => keyTexts(layout, key));
    const rows = await retrying(
      retry,
      () => (requests += 1),
      () => connections.use((session) => session.query(sql, values), layout.table),
    );
    for (const [place, ...row] of rows) items[Number(place)] = layout.form.toItem(row).item;
  }
  return { items, usage: { requests, readUnits: 0, writeUnits: 0 } };
}

/** Deletes these keys; each request is a transaction that the fence watches. */
export async function removeItems(keyed: Keyed, keys: readonly ItemKey[], fence: Fence | undefined): Promise<void> {
  const { connections, layout, retry } = keyed;
  for (let from = 0; from < keys.length; from += keysARequest) {
    const some = keys.slice(from, from + keysARequest);
    const conditions = some.map((_, at) => `(${equalsKey(layout, at * layout.key.length + 1)})`);
    const sql = `DELETE FROM ${layout.source} WHERE ${conditions.join(' OR ')}`;
    const values = some.flatMap((key) => keyTexts(layout, key));
    await retrying(
      retry,
      () => fence?.assertMaySend(),
      () =>
        connections.use(
          (session) => fencedTransaction(session, layout.schema, fence, () => session.query(sql, values)),
          layout.table,
        ),
    );
  }
}

function equalsKey(layout: Layout, first: number): string {
  const parameters = layout.parameters(first);
  return layout.key.map((column, at) => `${column} = ${parameters[at] ?? ''}`).join(' AND ');
}

function keyTexts(layout: Layout, key: ItemKey): string[] {
  try {
    return layout.form.toKey(key);
  } catch (error) {
    throw refusedItem(error, layout, key);
  }
}
