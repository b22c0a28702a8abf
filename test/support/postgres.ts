import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../src/local/embedded-postgres.js';
import { processIdentity } from '../../src/local/embedded-postgres-process.js';

/**
 * A fresh database on a real server. One server serves all test files of a jest worker and ends, with its folder,
 * when the worker does; `log` is the file of its messages, `stop` drops the database.
 */
export async function testPostgres(): Promise<{ url: string; log: string; stop(): Promise<void> }> {
  const path = join(tmpdir(), `carryover-test-postgres-${(await processIdentity(process.pid)) ?? process.pid}`);
  const name = `test_${randomBytes(6).toString('hex')}`;
  const { url } = await startEmbeddedPostgres({ path, name, fsync: false, temporary: true });
  const stop = async () => {
    const client = new pg.Client({ connectionString: new URL('/postgres', url).href });
    await client.connect();
    const used = 'SELECT FROM pg_stat_activity WHERE datname = $1';
    try {
      // Connections that were closed just now are given a second to end by themselves: force is an error to them.
      for (let look = 0; look < 100 && (await client.query(used, [name])).rowCount !== 0; look++) await sleep(10);
      await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    } finally {
      await client.end();
    }
  };
  return { url, log: join(path, 'server.log'), stop };
}
