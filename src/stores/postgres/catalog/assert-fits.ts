import type { ClientBase } from 'pg';
import { InputError } from '../../../errors.js';
import { rows } from './in-schema.js';
import { readColumns } from './read-columns.js';
import { readSequences } from './read-sequences.js';
import type { ColumnDefinition, TableDefinition } from './table-definition.js';
import { comparable, enterTargetSchema } from './target-schema.js';

/**
 * Throws InputError with all that keeps the items of a table of this definition from being written into the table
 * that is there: another key, a column that is missing or of another type, a further column that must have a value.
 */
export async function assertFits(
  client: ClientBase,
  schema: string,
  table: string,
  oid: string,
  definition: TableDefinition,
): Promise<void> {
  const extensionSchemas = await enterTargetSchema(client, schema, definition);
  const found = await readColumns(client, oid, await readSequences(client, schema, oid));
  const faults = [
    ...keyFaults(await keyColumns(client, oid), definition.primaryKey.columns),
    ...definition.columns.flatMap((column) => columnFaults(column, found, extensionSchemas)),
    ...found.flatMap((column) => furtherColumnFaults(column, definition.columns)),
  ].map((message) => ({ field: `table "${table}"`, message }));
  if (faults.length > 0) throw new InputError(faults);
}

function keyFaults(found: readonly string[], wanted: readonly string[]): string[] {
  if (JSON.stringify(found) === JSON.stringify(wanted)) return [];
  return [`its primary key is (${found.join(', ')}) in the target, and must be (${wanted.join(', ')})`];
}

function columnFaults(
  wanted: ColumnDefinition,
  all: readonly ColumnDefinition[],
  extensionSchemas: readonly string[],
): string[] {
  const found = all.find(({ name }) => name === wanted.name);
  if (found === undefined) return [`the target has no column "${wanted.name}" ${wanted.type}`];
  if (comparable(found.type, extensionSchemas) !== comparable(wanted.type, extensionSchemas))
    return [`its column "${wanted.name}" is ${found.type} in the target, and must be ${wanted.type}`];
  if ((found.generated === null) !== (wanted.generated === null))
    return [
      `its column "${wanted.name}" is generated ${found.generated === null ? 'in the source' : 'in the target'} only`,
    ];
  if (found.notNull && !wanted.notNull) return [`its column "${wanted.name}" is NOT NULL in the target only`];
  return [];
}

function furtherColumnFaults(found: ColumnDefinition, wanted: readonly ColumnDefinition[]): string[] {
  if (wanted.some(({ name }) => name === found.name)) return [];
  const fillsItself = !found.notNull || found.default !== null || found.generated !== null || found.identity !== null;
  return fillsItself ? [] : [`its further column "${found.name}" in the target is NOT NULL and has no default`];
}

async function keyColumns(client: ClientBase, oid: string): Promise<string[]> {
  const [found] = await rows<{ names: string[] }>(
    client,
    `SELECT (SELECT json_agg(a.attname ORDER BY k.place) FROM unnest(c.conkey) WITH ORDINALITY k(number, place)
       JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.number) AS names
     FROM pg_constraint c WHERE c.conrelid = $1::oid AND c.contype = 'p'`,
    [oid],
  );
  return found?.names ?? [];
}
