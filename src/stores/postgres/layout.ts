import { escapeIdentifier } from 'pg';
import { CorruptDataError } from '../../errors.js';
import type { TableDescription } from '../store.js';
import { columnForm } from './column-form.js';
import { fitsItemForm, itemForm } from './item-form.js';
import { postgresMetadataSchema, type PostgresMetadata } from './metadata.js';
import type { RowForm } from './row-form.js';

/** A table as the data path sees it. */
export interface Layout {
  readonly table: string;
  readonly schema: string;
  /** The table in SQL. */
  readonly name: string;
  /** Where its rows are read: ONLY, so that rows of tables that inherit from it are not taken for its own. */
  readonly source: string;
  /** The key's columns in SQL, in order. */
  readonly key: readonly string[];
  readonly form: RowForm;
  readonly metadata: PostgresMetadata;
  /** The key's parameters in SQL, the first of which has this number. */
  parameters(first: number): string[];
}

/**
 * @param physical the table as it is here
 * @param original what another engine said of the table, where it came from one
 */
export function layoutOf(schema: string, physical: TableDescription, original: TableDescription | undefined): Layout {
  const parsed = postgresMetadataSchema.safeParse(physical.origin.metadata);
  if (!parsed.success) throw new CorruptDataError(`the description of table "${physical.name}" is none of PostgreSQL`);
  const metadata = parsed.data;
  if (original !== undefined && !fitsItemForm(original.key, metadata)) {
    const message = `table "${physical.name}" holds items of another engine, and its columns are no longer those of such a table`;
    throw new CorruptDataError(message);
  }
  const name = `${escapeIdentifier(schema)}.${escapeIdentifier(physical.name)}`;
  return {
    table: physical.name,
    schema,
    name,
    source: isPartitioned(metadata) ? name : `ONLY ${name}`,
    key: metadata.key.map(escapeIdentifier),
    form: original === undefined ? columnForm(metadata) : itemForm(original.key, metadata),
    metadata,
    parameters: (first) => metadata.key.map((column, at) => `$${first + at}${castOf(metadata, column)}`),
  };
}

/**
 * A parameter without a type takes that of the column it is compared with, and is not cut to its length as by a cast.
 * Composites alone need the cast, since PostgreSQL compares them as `record`, which has no text of its own.
 */
function castOf({ columns }: PostgresMetadata, key: string): string {
  const column = columns.find(({ name }) => name === key);
  return column?.base === 'text-form' && !column.array ? `::${column.type}` : '';
}

/** A partitioned table has no rows of its own. */
function isPartitioned({ ddl }: PostgresMetadata): boolean {
  return typeof ddl === 'object' && ddl !== null && 'partitionKey' in ddl && ddl['partitionKey'] !== null;
}
