import type { ClientBase } from 'pg';
import { CorruptDataError } from '../../../errors.js';
import type { TableDescription } from '../../store.js';
import { itemColumnName } from '../item-column.js';
import { postgresMetadataSchema } from '../metadata.js';
import { rows } from './in-schema.js';
import { tableDefinitionSchema } from './table-definition.js';
import type { ColumnDefinition, TableDefinition } from './table-definition.js';

/** What the description of a PostgreSQL table says of it. Throws CorruptDataError when it is none. */
export function carriedDefinition(description: TableDescription): TableDefinition {
  const metadata = postgresMetadataSchema.safeParse(description.origin.metadata);
  const definition = metadata.success ? tableDefinitionSchema.safeParse(metadata.data.ddl) : metadata;
  if (definition.success) return definition.data;
  throw new CorruptDataError(`the description of table "${description.name}" is not one of a PostgreSQL table`, {
    cause: definition.error,
  });
}

/** The definition of the table that this description asks for, whatever engine it came from. */
export async function targetDefinition(client: ClientBase, description: TableDescription): Promise<TableDefinition> {
  if (description.origin.engine === 'postgres') return carriedDefinition(description);
  const [encoding] = await rows<{ name: string }>(client, "SELECT current_setting('server_encoding') AS name");
  return itemTableDefinition(description, encoding?.name === 'UTF8' ? 'text' : 'bytea');
}

/** A table for items of another engine: typed key columns and one lossless column. `text`: the type that holds S. */
export function itemTableDefinition(description: TableDescription, text: 'text' | 'bytea'): TableDefinition {
  const key = description.key.map(({ name, type }) => {
    const sqlType = { S: text, N: 'numeric', B: 'bytea' }[type];
    // The order of bytes is the order of DynamoDB's strings, and the same on every system.
    return itemTableColumn(name, sqlType, sqlType === 'text' ? 'pg_catalog."C"' : null);
  });
  return {
    columns: [...key, itemTableColumn(itemColumnName(description), 'json', null)],
    primaryKey: { name: '', definition: '', deferrable: false, columns: description.key.map(({ name }) => name) },
    checks: [],
    constraints: [],
    indexes: [],
    foreignKeys: [],
    partitionKey: null,
    types: [],
    sequences: [],
    partitions: [],
    comment: null,
    needs: { extensions: [], types: [], functions: [], collations: [], sequences: [] },
  };
}

function itemTableColumn(name: string, type: string, collation: string | null): ColumnDefinition {
  return { name, type, collation, notNull: true, default: null, generated: null, identity: null, comment: null };
}
