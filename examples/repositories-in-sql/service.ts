import { openKeyValueStore } from 'carryover/kv';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../src/local/embedded-postgres.js';
import { systemClock } from '../../src/system-clock.js';
import { serviceTable } from './migrations/_key-values.js';
import { keyValueReads } from './reads/key-value-reads.js';
import type { Reads } from './reads/reads.js';
import { sqlReads } from './reads/sql-reads.js';

/** A self of the service, open. */
export interface OpenReads {
  readonly reads: Reads;
  close(): Promise<void>;
}

/** The service as it was: on the tables of a `postgres://` URL, at version 2. */
export async function openSqlSelf(url: string): Promise<OpenReads> {
  const { pool, close } = await openSql(url);
  return { reads: sqlReads(pool), close };
}

/** The service as it is: on the key-value store of a `dynamodb://` or `postgres://` URL, from version 3 on. */
export async function openKeyValueSelf(url: string): Promise<OpenReads> {
  const store = await openKeyValueStore(url, { table: serviceTable });
  return { reads: keyValueReads({ store, clock: systemClock }), close: () => store.close() };
}

/** A service of your own gives the URL of its server to `pg`; the embedded one has to be started, and has a port of its own. */
export async function openSql(url: string): Promise<{ pool: pg.Pool; close(): Promise<void> }> {
  const { hostname, searchParams } = new URL(url);
  const schema = searchParams.get('schema') ?? 'public';
  const engine =
    hostname === 'embedded' ? await startEmbeddedPostgres({ path: searchParams.get('path') ?? '' }) : undefined;
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
