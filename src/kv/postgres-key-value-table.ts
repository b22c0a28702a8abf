import pg from 'pg';
import { isRefusal, type PostgresQuery } from './postgres-requests.js';

/**
 * Errors of those who make the same table or schema at the same moment: IF NOT EXISTS looks before it takes the name.
 * unique_violation (of the catalogue), duplicate_table, duplicate_object, duplicate_schema.
 */
const madeByAnother = ['23505', '42P07', '42710', '42P06'];
const invalidSchemaName = '3F000';

/** Makes the table of a key-value store, and its schema, where they are missing. Any number of callers may do so at once. */
export async function ensureKeyValueTable(query: PostgresQuery, schema: string, table: string): Promise<void> {
  const name = `${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(table)}`;
  const create = `CREATE TABLE IF NOT EXISTS ${name} (
    partition bytea NOT NULL,
    key bytea NOT NULL,
    value bytea NOT NULL,
    writes text[] NOT NULL,
    PRIMARY KEY (partition, key)
  )`;
  try {
    await makeOnce(query, create);
  } catch (error) {
    if (!isRefusal(error, invalidSchemaName)) throw error;
    await makeOnce(query, `CREATE SCHEMA IF NOT EXISTS ${pg.escapeIdentifier(schema)}`);
    await makeOnce(query, create);
  }
}

async function makeOnce(query: PostgresQuery, statement: string): Promise<void> {
  try {
    await query(statement, []);
  } catch (error) {
    if (!isRefusal(error, ...madeByAnother)) throw error;
  }
}
