import type { ClientBase } from 'pg';
import { rows, setSearchPath } from './in-schema.js';
import type { TableDefinition, TypeDefinition } from './table-definition.js';

/**
 * Sets `search_path` to the target schema and those of the extensions that the table needs, since these may lie in
 * another schema here than where the table came from. Returns the latter.
 */
export async function enterTargetSchema(
  client: ClientBase,
  schema: string,
  { needs }: TableDefinition,
): Promise<string[]> {
  const found = await rows<{ name: string }>(
    client,
    `SELECT DISTINCT n.nspname AS name FROM pg_extension x JOIN pg_namespace n ON n.oid = x.extnamespace
     WHERE x.extname = ANY ($1) AND n.nspname <> 'pg_catalog' ORDER BY 1`,
    [needs.extensions.map((extension) => extension.name)],
  );
  const extensionSchemas = found.map(({ name }) => name);
  await setSearchPath(client, [...new Set([schema, ...extensionSchemas])]);
  return extensionSchemas;
}

/** One transaction at a time finishes or drops a table, wherever it runs; until the transaction's end. */
export async function lockTable(client: ClientBase, schema: string, table: string): Promise<void> {
  await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`carryover ${schema} ${table}`]);
}

/** One transaction at a time makes tables in a schema, since they share types and sequences. */
export async function lockSchema(client: ClientBase, schema: string): Promise<void> {
  await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 1))', [`carryover ${schema}`]);
}

/**
 * A definition as text to compare. Extensions may lie in different schemas, so that one side names the schema and the
 * other need not; values of sequences are no matter of definition.
 */
export function comparable(value: TypeDefinition | string | null, extensionSchemas: readonly string[]): string {
  const plain = (text: string) =>
    extensionSchemas.reduce((rest, name) => rest.replaceAll(`${name}.`, '').replaceAll(`"${name}".`, ''), text);
  return JSON.stringify(value, (_, part: unknown) => (typeof part === 'string' ? plain(part) : part));
}
