import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import pg from 'pg';
import { openDynamodbKeyValueStore } from '../../../src/kv/dynamodb-key-value-store.js';
import type { KeyValueStore } from '../../../src/kv/key-value-store.js';
import { openMemoryKeyValueStore } from '../../../src/kv/memory-key-value-store.js';
import { openPostgresKeyValueStore } from '../../../src/kv/postgres-key-value-store.js';
import { systemClock } from '../../../src/system-clock.js';
import { testDynamodb } from '../../support/dynamodb.js';
import { testPostgres } from '../../support/postgres.js';
import { expectSound, newRepository, runCommitter, Told } from './committers.js';

/** Fifty committers, as so many processes would be, on one branch of a new repository. */
async function fiftyCommitters(store: KeyValueStore, commits: number): Promise<void> {
  const home = await newRepository(store);
  const told = new Told();
  const names = Array.from({ length: 50 }, (_, index) => `committer ${index}`);
  await Promise.all(
    names.map((name) => runCommitter({ store, clock: systemClock }, name, commits / names.length, told)),
  );
  expect(told.failed).toEqual([]);
  expect(told.committed).toHaveLength(commits);
  await expectSound(home, told);
}

describe('fifty committers on one branch lose no commit and apply none twice', () => {
  test('10,000 commits in memory', () => fiftyCommitters(openMemoryKeyValueStore(), 10_000));

  test('1,000 commits in DynamoDB', async () => {
    const engine = await testDynamodb();
    const client = new DynamoDBClient({ endpoint: engine.endpoint, region: 'us-east-1' });
    try {
      await fiftyCommitters(openDynamodbKeyValueStore({ client, table: `committers-${Date.now()}` }), 1_000);
    } finally {
      client.destroy();
      await engine.stop();
    }
  }, 600_000);

  test('1,000 commits in PostgreSQL', async () => {
    const engine = await testPostgres();
    const pool = new pg.Pool({ connectionString: engine.url, max: 8 });
    try {
      await fiftyCommitters(openPostgresKeyValueStore({ pool, schema: 'public', table: 'committers' }), 1_000);
    } finally {
      await pool.end();
      await engine.stop();
    }
  }, 600_000);
});
