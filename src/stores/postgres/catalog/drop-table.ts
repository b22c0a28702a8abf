import { escapeIdentifier } from 'pg';
import type { ClientBase } from 'pg';
import { InputError, TableNotFoundError } from '../../../errors.js';
import type { DropFault } from '../../store.js';
import { findTable } from './find-table.js';
import { inSchema, rows } from './in-schema.js';
import type { Queryable } from './in-schema.js';
import { lockTable } from './target-schema.js';

/**
 * Drops this table with its indexes, partitions and owned sequences, and no other; one that is not there is no error.
 * Foreign keys by which tables of `together` reference it go with it, since tables that reference each other in circles
 * could not be dropped one by one. Throws InputError, with nothing changed, when a foreign key of a table that stays, a
 * view or a default depends on it, also one that was made since preflight.
 */
export async function dropTable(
  client: Queryable,
  schema: string,
  table: string,
  together: ReadonlySet<string> = new Set(),
): Promise<boolean> {
  return inSchema(client, schema, 'write', async (connection) => {
    await lockTable(connection, schema, table);
    try {
      const { oid } = await findTable(connection, schema, table);
      // From here on nobody can make another reference.
      await connection.query(`LOCK TABLE ${escapeIdentifier(table)} IN ACCESS EXCLUSIVE MODE`);
      const keys = await inboundForeignKeys(connection, oid);
      const lost = keys.filter(({ sibling }) => sibling === null || !together.has(sibling));
      if (lost.length > 0) throw new InputError(lost.map((key) => foreignKeyFault(table, key)));
      for (const key of keys)
        await connection.query(`ALTER TABLE ${key.table} DROP CONSTRAINT ${escapeIdentifier(key.name)}`);
      await connection.query(`DROP TABLE ${escapeIdentifier(table)}`);
    } catch (error) {
      if (!(error instanceof TableNotFoundError)) throw dependents(error, table) ?? error;
    }
    return true;
  });
}

export interface InboundForeignKey {
  readonly name: string;
  /** As SQL wants it. */
  readonly table: string;
  /** The name of the table of the same schema that it belongs to, for a partition that of the whole; null in another schema. */
  readonly sibling: string | null;
}

/** The foreign keys of other tables that reference this one. */
export async function inboundForeignKeys(client: ClientBase, oid: string): Promise<InboundForeignKey[]> {
  return rows(
    client,
    `SELECT conname AS name, conrelid::regclass::text AS table,
       CASE WHEN w.relnamespace = own.relnamespace THEN w.relname END AS sibling
     FROM pg_constraint k JOIN pg_class own ON own.oid = $1::oid
       JOIN pg_class w ON w.oid = coalesce(pg_partition_root(k.conrelid), k.conrelid)
     WHERE contype = 'f' AND confrelid = $1::oid AND conrelid <> $1::oid AND conparentid = 0
       AND NOT EXISTS (SELECT FROM pg_partition_tree($1::oid::regclass) p WHERE p.relid = conrelid)
     ORDER BY 2, 1`,
    [oid],
  );
}

/** What stands against dropping a table that this foreign key references. */
export function foreignKeyFault(table: string, { name, table: other, sibling }: InboundForeignKey): DropFault {
  const field = `table "${table}"`;
  const constraint = `foreign key "${name}" of table ${other}`;
  if (sibling === null) {
    const message = `cannot be replaced: ${constraint} of another schema would be lost: drop the constraint first`;
    return { field, message };
  }
  const message = `cannot be replaced: ${constraint} would be lost: carry ${other} too, or drop the constraint first`;
  return { field, message, unlessDropped: sibling };
}

/** 2BP01: dependent_objects_still_exist. */
function dependents(error: unknown, table: string): InputError | undefined {
  const { code, detail } = error as { code?: string; detail?: string };
  if (code !== '2BP01') return undefined;
  const message = `it cannot be dropped: ${(detail ?? '').replaceAll('\n', '; ')}`;
  return new InputError([{ field: `table "${table}"`, message }]);
}
