import pg from 'pg';
import { finishTable } from '../../../../src/stores/postgres/catalog/finish-table.js';
import { listTables } from '../../../../src/stores/postgres/catalog/list-tables.js';
import type { TableDescription } from '../../../../src/stores/store.js';
import { testPostgres } from '../../../support/postgres.js';

/** A database for the catalog's tests, with what they do to it again and again. */
export interface CatalogDatabase {
  readonly url: string;
  readonly pool: pg.Pool;
  /** Runs statements with `schema` in `search_path`; the schema is made where it is missing. */
  run(schema: string, sql: string): Promise<void>;
  /** The first column of a query's rows, with `schema` in `search_path`. */
  column(schema: string, sql: string): Promise<unknown[]>;
  list(schema: string): Promise<string[]>;
  /** Finishes a table; returns how many calls it took. */
  finish(schema: string, description: TableDescription): Promise<number>;
  stop(): Promise<void>;
}

export async function catalogDatabase(): Promise<CatalogDatabase> {
  const database = await testPostgres();
  const pool = new pg.Pool({ connectionString: database.url });
  const inPath = async (schema: string, sql: string) => {
    const client = await pool.connect();
    const name = client.escapeIdentifier(schema);
    try {
      await client.query(`CREATE SCHEMA IF NOT EXISTS ${name}; SET search_path = ${name}`);
      return await client.query<Record<string, unknown>>(sql);
    } finally {
      await client.query('ROLLBACK; RESET search_path');
      client.release();
    }
  };
  return {
    url: database.url,
    pool,
    run: async (schema, sql) => {
      await inPath(schema, sql);
    },
    column: async (schema, sql) => (await inPath(schema, sql)).rows.map((row) => Object.values(row)[0]),
    list: async (schema) => {
      const names: string[] = [];
      for await (const name of listTables(pool, schema)) names.push(name);
      return names.sort();
    },
    finish: async (schema, description) => {
      for (let calls = 1; calls < 50; calls++) if (await finishTable(pool, schema, description)) return calls;
      throw new Error(`table ${description.name} is never finished`);
    },
    stop: async () => {
      await pool.end();
      await database.stop();
    },
  };
}

/** Gives a suite a database, before its first test; stops it after the last. */
export function withCatalogDatabase(use: (database: CatalogDatabase) => void): void {
  let database: CatalogDatabase;
  beforeAll(async () => use((database = await catalogDatabase())));
  afterAll(() => database.stop());
}
