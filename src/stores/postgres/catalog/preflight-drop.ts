import type { ClientBase } from 'pg';
import { TableNotFoundError } from '../../../errors.js';
import type { DropFault } from '../../store.js';
import { foreignKeyFault, inboundForeignKeys } from './drop-table.js';
import { findTable } from './find-table.js';
import { rows } from './in-schema.js';

/** What others would lose, or what is in the way, when the table of this name is dropped; nothing when it is not there. */
export async function dropFaults(client: ClientBase, schema: string, table: string): Promise<DropFault[]> {
  const oid = await oidOf(client, schema, table);
  if (oid === undefined) return [];
  const field = `table "${table}"`;
  const keys = (await inboundForeignKeys(client, oid)).map((key) => foreignKeyFault(table, key));
  const dependents = (await dependentObjects(client, oid)).map((object) => ({
    field,
    message: `cannot be replaced: ${object} depends on it: drop that first, or choose "merge"`,
  }));
  return [...keys, ...dependents];
}

async function oidOf(client: ClientBase, schema: string, table: string): Promise<string | undefined> {
  try {
    return (await findTable(client, schema, table)).oid;
  } catch (error) {
    if (error instanceof TableNotFoundError) return undefined;
    throw error;
  }
}

/**
 * What keeps PostgreSQL from dropping a table (views, functions, defaults that take from its sequences), as it would say
 * itself: whatever depends normally on the table or on what goes with it.
 * https://www.postgresql.org/docs/current/catalog-pg-depend.html
 */
async function dependentObjects(client: ClientBase, oid: string): Promise<string[]> {
  const found = await rows<{ object: string }>(
    client,
    `WITH RECURSIVE going (classid, objid) AS (
       SELECT 'pg_class'::regclass::oid, $1::oid
       UNION SELECT d.classid, d.objid FROM pg_depend d
         JOIN going g ON d.refclassid = g.classid AND d.refobjid = g.objid WHERE d.deptype IN ('a', 'i', 'P', 'S'))
     SELECT DISTINCT pg_describe_object(d.classid, d.objid, d.objsubid) AS object FROM pg_depend d
       JOIN going g ON d.refclassid = g.classid AND d.refobjid = g.objid
     WHERE d.deptype = 'n' AND NOT EXISTS (SELECT FROM going o WHERE o.classid = d.classid AND o.objid = d.objid)
       AND NOT EXISTS (SELECT FROM pg_constraint k
         WHERE d.classid = 'pg_constraint'::regclass AND k.oid = d.objid AND k.contype = 'f')
     ORDER BY 1`,
    [oid],
  );
  // A view depends by its rule.
  return found.map(({ object }) => object.replace(/^rule _RETURN on /, ''));
}
