import type { StoredEntry } from './key-value-driver.js';

/** How the rows of a key-value store's table hold an entry, beside the key columns `partition` and `key`. */
export interface PostgresLayout {
  /** What gives the value, as bytea, and the write ids, as text[]; null or empty where they are missing. */
  readonly value: string;
  readonly writes: string;
  /** What gives the newest write id. */
  readonly newest: string;
  /** The columns that a write sets, and what it sets them to. */
  readonly columns: readonly string[];
  values(entry: StoredEntry): unknown[];
}

/** The table that the driver makes. */
export const columnLayout: PostgresLayout = {
  value: 'value',
  writes: 'writes',
  newest: 'writes[1]',
  columns: ['value', 'writes'],
  values: ({ value, writes }) => [bytea(value), writes],
};

/** A table that was carried here from another engine: an item is its key's columns, and all else as DynamoDB JSON. */
const itemLayout: PostgresLayout = {
  value: `decode(item->'value'->>'B', 'base64')`,
  writes: `ARRAY(SELECT e->>'S' FROM json_array_elements(item->'writes'->'L') WITH ORDINALITY AS w(e, n) ORDER BY n)`,
  newest: `item#>>'{writes,L,0,S}'`,
  columns: ['item'],
  values: ({ value, writes }) => [
    JSON.stringify({ value: { B: bytea(value).toString('base64') }, writes: { L: writes.map((S) => ({ S })) } }),
  ],
};

export const postgresLayouts: readonly PostgresLayout[] = [columnLayout, itemLayout];

/** pg sends a Buffer as bytea; the bytes are not copied. */
export function bytea(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
