import { rekeyedOrigin } from './rekeyed-origin.js';
import type { KeyColumn, Store, TableDescription } from './store.js';

/** The primary key of the table that holds a key-value store. */
export const keyValueKey: readonly KeyColumn[] = [
  { name: 'partition', type: 'B' },
  { name: 'key', type: 'B' },
];

/**
 * The table that holds a key-value store in a store of this engine, as the key-value driver makes it with its first write:
 * items of `partition` and `key` (B, in their stored form), `value` (B) and `writes` (a list of S, newest first).
 */
export function keyValueTable(engine: Store['engine'], name: string): TableDescription {
  const origin =
    engine === 'postgres' ? postgresOrigin() : rekeyedOrigin({ engine: 'memory', metadata: null }, keyValueKey);
  return { name, identity: '', key: keyValueKey, origin };
}

const columns = [
  { name: 'partition', type: 'bytea', base: 'bytea', array: false, notNull: true },
  { name: 'key', type: 'bytea', base: 'bytea', array: false, notNull: true },
  { name: 'value', type: 'bytea', base: 'bytea', array: false, notNull: true },
  { name: 'writes', type: 'text[]', base: 'text', array: true, notNull: true },
];

/** What `describe` says of a table that ensureKeyValueTable made. */
function postgresOrigin(): TableDescription['origin'] {
  const key = keyValueKey.map(({ name }) => name);
  const none = { collation: null, default: null, generated: null, identity: null, comment: null };
  const ddl = {
    columns: columns.map(({ name, type, notNull }) => ({ name, type, notNull, ...none })),
    primaryKey: { name: '', definition: 'PRIMARY KEY (partition, key)', columns: key, deferrable: false },
    ...{ checks: [], constraints: [], indexes: [], foreignKeys: [], partitionKey: null },
    ...{ types: [], sequences: [], partitions: [], comment: null },
    needs: { extensions: [], types: [], functions: [], collations: [], sequences: [] },
  };
  return { engine: 'postgres', metadata: { columns, key, ddl } };
}
