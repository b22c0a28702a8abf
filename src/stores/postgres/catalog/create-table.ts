import type { ClientBase } from 'pg';
import { InputError, TableNotFoundError } from '../../../errors.js';
import type { TableDescription } from '../../store.js';
import { assertFits } from './assert-fits.js';
import { targetDefinition } from './definition-of.js';
import { findTable, reservedTable } from './find-table.js';
import type { FoundTable } from './find-table.js';
import { inSchema, rows } from './in-schema.js';
import type { Queryable } from './in-schema.js';
import { readType } from './read-types.js';
import type { TableDefinition } from './table-definition.js';
import { sequenceStatement, tableStatements } from './table-statements.js';
import { comparable, enterTargetSchema, lockSchema } from './target-schema.js';
import { typeStatements } from './type-statements.js';

/**
 * Makes the table of this description in `schema`, empty, in one transaction: its types, sequences, columns, primary
 * key, checks and partitions; the rest is `finishTable`'s. A table that is there and fits is left as it is. Returns the
 * table's identity. Throws InputError when the name is taken by what does not fit, or a type differs.
 */
export async function createTable(client: Queryable, schema: string, description: TableDescription): Promise<string> {
  const { name } = description;
  assertNotReserved(name);
  return inSchema(client, schema, 'write', async (connection) => {
    await lockSchema(connection, schema);
    await ensureSchema(connection, schema);
    const definition = await targetDefinition(connection, description);
    const existing = await findOrUndefined(connection, schema, name);
    if (existing !== undefined) {
      await assertFits(connection, schema, name, existing.oid, definition);
      return existing.identity;
    }
    await make(connection, schema, name, definition);
    return (await findTable(connection, schema, name)).identity;
  });
}

async function make(client: ClientBase, schema: string, name: string, definition: TableDefinition): Promise<void> {
  const missing = await missingTypes(client, schema, name, definition);
  await enterTargetSchema(client, schema, definition);
  const statements = [
    ...missing.flatMap(typeStatements),
    ...(await missingSequences(client, schema, name, definition)).map(sequenceStatement),
    ...tableStatements(name, definition),
  ];
  for (const statement of statements) {
    try {
      await client.query(statement);
    } catch (error) {
      throw nameTaken(error, name) ?? error;
    }
  }
}

/** The types that are not there yet. Throws InputError for one that is there and is another one. */
async function missingTypes(client: ClientBase, schema: string, table: string, definition: TableDefinition) {
  const extensionSchemas = await enterTargetSchema(client, schema, definition);
  const missing: TableDefinition['types'] = [];
  for (const type of definition.types) {
    const existing = await readType(client, schema, type.name);
    if (existing === undefined) missing.push(type);
    else if (comparable(existing, extensionSchemas) !== comparable(type, extensionSchemas)) {
      const message = `schema "${schema}" has another type "${type.name}": rename or drop it`;
      throw new InputError([{ field: `table "${table}"`, message }]);
    }
  }
  return missing;
}

/** A sequence that tables share is made with the first; one that a column of another table owns is in the way. */
async function missingSequences(client: ClientBase, schema: string, table: string, definition: TableDefinition) {
  const found = await rows<{ name: string; owned: boolean }>(
    client,
    `SELECT c.relname AS name, EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass
       AND d.objid = c.oid AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')) AS owned
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relkind = 'S'`,
    [schema],
  );
  const owned = new Map(found.map((row) => [row.name, row.owned]));
  for (const { name, column } of definition.sequences) {
    if (column === null || owned.get(name) !== true) continue;
    const message = `schema "${schema}" has a sequence "${name}" that belongs to another table: rename it`;
    throw new InputError([{ field: `table "${table}"`, message }]);
  }
  return definition.sequences.filter(({ name }) => !owned.has(name));
}

async function ensureSchema(client: ClientBase, schema: string): Promise<void> {
  const found = await rows(client, 'SELECT FROM pg_namespace WHERE nspname = $1', [schema]);
  // Asked first: IF NOT EXISTS wants the right to make a schema even where there is nothing to make.
  if (found.length === 0) await client.query(`CREATE SCHEMA IF NOT EXISTS ${client.escapeIdentifier(schema)}`);
}

async function findOrUndefined(client: ClientBase, schema: string, name: string): Promise<FoundTable | undefined> {
  try {
    return await findTable(client, schema, name);
  } catch (error) {
    if (error instanceof TableNotFoundError) return undefined;
    throw error;
  }
}

export function assertNotReserved(name: string): void {
  if (name !== reservedTable) return;
  const message = `the name is reserved for Carryover's own table: carry it under another name`;
  throw new InputError([{ field: `table "${name}"`, message }]);
}

/** 42P07 duplicate_table (any relation: view, index, sequence), 42710 duplicate_object (a type, a constraint). */
function nameTaken(error: unknown, table: string): InputError | undefined {
  const { code, message } = error as { code?: string; message: string };
  if (code !== '42P07' && code !== '42710') return undefined;
  return new InputError([{ field: `table "${table}"`, message: `${message}: rename or drop what is in the way` }]);
}
