import { z } from 'zod';
import type { KeyColumn } from '../store.js';

/**
 * What PostgreSQL's own driver understands of a table (`TableOrigin.metadata` where `engine` is 'postgres'): the
 * columns and the key, which the data path reads, and `ddl`, which the catalog path alone writes and reads. It always
 * describes the real columns, also those of a table that came from another engine: its key columns (S: text COLLATE
 * "C", or bytea where the database is not UTF-8; N: numeric; B: bytea), then one column json NOT NULL (item-column.ts).
 * Such a table is made by `createTable` of the description as the other engine gave it.
 */
export const postgresColumnSchema = z.object({
  name: z.string(),
  /** The type as `format_type` writes it: `numeric(10,2)`, `character varying(20)[]`, `"My Schema"."Mood"`. */
  type: z.string(),
  /**
   * The name in pg_type of what is left when domains are resolved: `int8`, `text`, `bpchar`, `bytea`, `numeric`,
   * `timestamptz`. Of an array the element's. Enums are `enum`, ranges `range`, multiranges `multirange`; composites
   * and everything that is known by its text alone `text-form`.
   */
  base: z.string(),
  /** A true array: neither int2vector nor oidvector, whose text has no braces (those are `text-form`). */
  array: z.boolean(),
  notNull: z.boolean(),
  /** The expression of the default, as PostgreSQL writes it. */
  default: z.string().exactOptional(),
  /** The expression that generates the column. Such a column is read, and never written. */
  generated: z.string().exactOptional(),
  identity: z.enum(['always', 'default']).exactOptional(),
  /** A quoted, schema-qualified collation, where it is not the type's default. */
  collation: z.string().exactOptional(),
});

export const postgresMetadataSchema = z.object({
  /** In the table's order, dropped columns left out. */
  columns: z.array(postgresColumnSchema).min(1),
  /** The columns of the primary key, in its order. */
  key: z.array(z.string()).min(1),
  /** Types, indexes, constraints, foreign keys, sequences, partitions, comments: typed in catalog/. */
  ddl: z.json().exactOptional(),
});

export type PostgresColumn = z.infer<typeof postgresColumnSchema>;
export type PostgresMetadata = z.infer<typeof postgresMetadataSchema>;

const numberTypes = new Set(['int2', 'int4', 'int8', 'oid', 'numeric', 'float4', 'float8']);

/**
 * The type of the logical attribute of a key column: N for numbers, B for bytea, S for the rest (a bool is `true` or
 * `false`, an array its literal). A number that N cannot hold (values/number.ts) is S in a key too, and is refused
 * there by an engine whose keys are typed.
 */
export function keyTypeOf(column: Pick<PostgresColumn, 'base' | 'array'>): KeyColumn['type'] {
  if (column.array) return 'S';
  if (numberTypes.has(column.base)) return 'N';
  return column.base === 'bytea' ? 'B' : 'S';
}
