import { openKeyValueStore, type KeyValueStore } from 'carryover/kv';
import { openDatabaseVersions } from 'carryover/versions';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../src/local/embedded-postgres.js';

/** What the service has of its database. */
export interface Service {
  /** A record for each city: the country's code, the city's id, JSON. */
  readonly cities: KeyValueStore;
  /** The tables of SQL: `countries`, and `places`, what the public may see of cities. */
  readonly sql: pg.Pool;
  /** Where the data's version is, the live names of tables, and each country's own version. */
  readonly versions: KeyValueStore;
  close(): Promise<void>;
}

/** Opens the database of a `postgres://` URL: that of `carryover.config.ts`, or another of the same form. */
export async function openService(url: string): Promise<Service> {
  const [cities, versions, sql] = await Promise.all([
    openKeyValueStore(url, { table: 'cities' }),
    openDatabaseVersions(url),
    openSql(url),
  ]);
  return {
    ...{ cities, versions, sql: sql.pool },
    async close() {
      await Promise.all([cities.close(), versions.close()]);
      await sql.close();
    },
  };
}

/** A service of your own gives the URL of its server to `pg`; the embedded one has to be started, and has a port of its own. */
async function openSql(url: string): Promise<{ pool: pg.Pool; close(): Promise<void> }> {
  const { hostname, searchParams } = new URL(url);
  const schema = searchParams.get('schema') ?? 'public';
  const path = searchParams.get('path') ?? '';
  const engine = hostname === 'embedded' ? await startEmbeddedPostgres({ path }) : undefined;
  const connectionString = new URL(engine?.url ?? url);
  connectionString.searchParams.delete('schema');
  const pool = new pg.Pool({ connectionString: connectionString.href, options: `-c search_path=${schema}`, max: 4 });
  // A connection that the server ends while it is idle is replaced at its next use; without a listener the process would end.
  pool.on('error', () => undefined);
  return {
    pool,
    async close() {
      await pool.end();
      await engine?.stop();
    },
  };
}
