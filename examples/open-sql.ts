import pg from 'pg';
import { startEmbeddedPostgres } from '../src/local/embedded-postgres.js';

/** A service of your own gives the URL of its server to `pg`; the embedded one has to be started, and has a port of its own. */
export async function openSql(url: string): Promise<{ pool: pg.Pool; close(): Promise<void> }> {
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
