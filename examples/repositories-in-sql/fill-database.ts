import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { addRefs } from './history/refs-rows.js';
import { columns, noRows, type Table, type Value } from './history/rows.js';
import { addRuns, addUploads, addUsers } from './history/service-rows.js';
import { sourceRepositories, type Slice } from './history/source-repositories.js';

/** The version of the data that this code writes. */
export const writtenVersion = 1;

/**
 * Fills the tables of version 1, which are empty, with repositories that are derived from WordNet, the same each time: one a
 * transaction. Returns how many rows there are in each table.
 */
export async function fillDatabase(
  connection: pg.ClientBase,
  { slice = {} }: { readonly slice?: Slice } = {},
): Promise<Record<Table, number>> {
  const counts = Object.fromEntries(Object.keys(columns).map((table) => [table, 0])) as Record<Table, number>;
  let ids = 0;
  const takeId = (): number => ++ids;
  for (const source of await sourceRepositories(slice)) {
    const rows = noRows();
    const commits = addRefs(source, rows, takeId);
    const derived = { source, rows, takeId };
    addUsers(derived);
    addRuns(derived, commits);
    addUploads(derived);
    await connection.query('BEGIN');
    for (const [table, own] of Object.entries(rows) as [Table, Value[][]][]) {
      await copyRows(connection, table, own);
      counts[table] += own.length;
    }
    await connection.query('COMMIT');
  }
  await connection.query('ANALYZE');
  return counts;
}

/** COPY's text format: https://www.postgresql.org/docs/current/sql-copy.html */
async function copyRows(connection: pg.ClientBase, table: Table, rows: readonly Value[][]): Promise<void> {
  const lines = rows.map((row) => `${row.map(copyText).join('\t')}\n`);
  const into = copyFrom(`COPY ${table} (${columns[table].join(', ')}) FROM STDIN`);
  await pipeline(Readable.from(lines), connection.query(into));
}

function copyText(value: Value): string {
  if (value === null) return '\\N';
  if (value instanceof Uint8Array) return `\\\\x${Buffer.from(value).toString('hex')}`;
  const text = Array.isArray(value)
    ? arrayText(value)
    : typeof value === 'object'
      ? JSON.stringify(value)
      : String(value);
  return text.replaceAll(/[\\\t\n\r]/g, (character) => `\\${escapes[character] ?? character}`);
}

function arrayText(values: readonly (string | number)[]): string {
  return `{${values.map((each) => `"${String(each).replaceAll(/["\\]/g, '\\$&')}"`).join(',')}}`;
}

const escapes: Readonly<Record<string, string>> = { '\t': 't', '\n': 'n', '\r': 'r' };
