import type { ClientBase } from 'pg';
import type { TableDescription } from '../../store.js';
import { carriedDefinition } from './definition-of.js';
import { findTable } from './find-table.js';
import { finishSteps } from './finish-steps.js';
import type { FinishStep } from './finish-steps.js';
import { inSchema, rows } from './in-schema.js';
import type { Queryable } from './in-schema.js';
import { advanceSequences } from './advance-sequences.js';
import { enterTargetSchema, lockTable } from './target-schema.js';

/**
 * Adds what belongs on a table after its data was validated: unique and exclusion constraints, indexes, foreign keys,
 * and the positions of its sequences. One statement a call, since each may take long: false as long as there is more.
 * Idempotent: what is there by its name stays. All tables must have been made; a foreign key to a table that is not
 * there is left out, as preflight warned. Throws TableNotFoundError.
 */
export async function finishTable(client: Queryable, schema: string, description: TableDescription): Promise<boolean> {
  if (description.origin.engine !== 'postgres') return true;
  const definition = carriedDefinition(description);
  return inSchema(client, schema, 'write', async (connection) => {
    await lockTable(connection, schema, description.name);
    await findTable(connection, schema, description.name);
    await enterTargetSchema(connection, schema, definition);
    const next = await firstMissing(connection, finishSteps(description.name, definition));
    if (next === undefined) {
      await advanceSequences(connection, schema, description.name, definition);
      return true;
    }
    await connection.query(next.sql);
    return false;
  });
}

/** A step whose table is not there is none: a foreign key's other side that is not carried. */
async function firstMissing(client: ClientBase, steps: readonly FinishStep[]): Promise<FinishStep | undefined> {
  const missing = await rows<{ place: number }>(
    client,
    `SELECT w.place - 1 AS place
     FROM json_to_recordset($1) AS w(place int8, "table" text, kind text, name text, "onlyWith" text)
     WHERE to_regclass(w.table) IS NOT NULL AND (w."onlyWith" IS NULL OR to_regclass(w."onlyWith") IS NOT NULL)
       AND NOT CASE w.kind
         WHEN 'constraint' THEN EXISTS (SELECT FROM pg_constraint c
           WHERE c.conrelid = to_regclass(w.table) AND c.conname = w.name)
         ELSE EXISTS (SELECT FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
           WHERE i.indrelid = to_regclass(w.table) AND c.relname = w.name) END
     ORDER BY w.place LIMIT 1`,
    [JSON.stringify(steps.map(({ sql: _, ...step }, index) => ({ ...step, place: index + 1 })))],
  );
  return missing[0] === undefined ? undefined : steps[missing[0].place];
}
