import { escapeIdentifier } from 'pg';
import type { Layout } from './layout.js';

/** The statements that bring a batch into a table whose rows may be there already, by way of a temporary table. */
export interface UpsertStatements {
  /** Makes the temporary table; the transaction's end drops it. */
  readonly stage: string;
  /** Fills it: first the place in the batch, then the row. */
  readonly copy: string;
  /** Moves the rows on. */
  readonly merge: readonly string[];
}

/**
 * Of the rows of one key in a batch, the last one is kept; a row of the table is replaced in all columns. PostgreSQL
 * decides which keys are equal: it knows collations, citext, and that 1.0 is 1.
 */
export function upsertStatements(layout: Layout): UpsertStatements {
  const { form, metadata, name } = layout;
  const columns = form.written.map(escapeIdentifier);
  const batch = 'pg_temp.carryover_batch';
  const place = escapeIdentifier(placeName(form.written));
  const key = layout.key.join(', ');
  const latest = `(SELECT DISTINCT ON (${key}) * FROM ${batch} ORDER BY ${key}, ${place} DESC) latest`;
  // PostgreSQL refuses to update a column GENERATED ALWAYS AS IDENTITY; a row whose number differs is made anew.
  const fixed = metadata.columns
    .filter((column) => column.identity === 'always' && !metadata.key.includes(column.name))
    .map((column) => escapeIdentifier(column.name));
  const updated = columns.filter((column) => !layout.key.includes(column) && !fixed.includes(column));
  const action =
    updated.length === 0
      ? 'DO NOTHING'
      : `DO UPDATE SET ${updated.map((column) => `${column} = excluded.${column}`).join(', ')}`;
  const sameKey = layout.key.map((column) => `kept.${column} = latest.${column}`).join(' AND ');
  const differs = fixed.map((column) => `kept.${column} IS DISTINCT FROM latest.${column}`).join(' OR ');
  return {
    stage: `CREATE TEMPORARY TABLE carryover_batch ON COMMIT DROP AS
      SELECT 0::int8 AS ${place}, ${columns.join(', ')} FROM ${name} LIMIT 0`,
    copy: `COPY ${batch} (${place}, ${columns.join(', ')}) FROM STDIN`,
    merge: [
      ...(fixed.length === 0 ? [] : [`DELETE FROM ${name} kept USING ${latest} WHERE ${sameKey} AND (${differs})`]),
      // In the order of the key, so that two writers that meet wait for each other and do not deadlock.
      `INSERT INTO ${name} (${columns.join(', ')}) OVERRIDING SYSTEM VALUE
       SELECT ${columns.join(', ')} FROM ${latest} ON CONFLICT (${key}) ${action}`,
    ],
  };
}

function placeName(taken: readonly string[]): string {
  let name = 'place';
  while (taken.includes(name)) name += '_';
  return name;
}
