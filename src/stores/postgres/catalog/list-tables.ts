import { reservedTable } from './find-table.js';
import { inSchema, rows } from './in-schema.js';
import type { Queryable } from './in-schema.js';

/**
 * The names of the schema's ordinary and partitioned tables, in no order: no partitions, which are carried with their
 * table, no temporary tables, no views, no foreign tables, and never Carryover's own table. Of an extension's tables
 * none: the extension makes them.
 */
export async function* listTables(client: Queryable, schema: string): AsyncIterable<string> {
  const found = await inSchema(client, schema, 'read', (connection) =>
    rows<{ name: string }>(
      connection,
      `SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence <> 't'
         AND c.relname <> $2 AND NOT EXISTS (SELECT FROM pg_depend e
           WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e')`,
      [schema, reservedTable],
    ),
  );
  for (const { name } of found) yield name;
}

/** Whether the schema exists: one that does not has no tables either. */
export function schemaIsThere(client: Queryable, schema: string): Promise<boolean> {
  return inSchema(client, schema, 'read', async (connection) => {
    const found = await rows(connection, 'SELECT oid::text FROM pg_namespace WHERE nspname = $1', [schema]);
    return found.length > 0;
  });
}
