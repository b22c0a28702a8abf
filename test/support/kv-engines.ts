import { randomBytes } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import pg from 'pg';
import { DynamodbKeyValueDriver } from '../../src/kv/dynamodb-key-value-store.js';
import type { KeyValueDriver } from '../../src/kv/key-value-driver.js';
import { MemoryKeyValueDriver } from '../../src/kv/memory-key-value-store.js';
import { PostgresKeyValueDriver } from '../../src/kv/postgres-key-value-store.js';
import { testDynamodb } from './dynamodb.js';
import { testPostgres } from './postgres.js';

/** A driver over a place that holds nothing yet; `close` ends its engine too. */
export interface OpenedDriver {
  readonly driver: KeyValueDriver;
  close(): Promise<void>;
}

/** Every engine that a key-value store can be opened on. */
export const keyValueEngines: [name: string, open: () => Promise<OpenedDriver>][] = [
  ['memory', openMemory],
  ['DynamoDB', openDynamodb],
  ['PostgreSQL', openPostgres],
];

async function openMemory(): Promise<OpenedDriver> {
  const driver = new MemoryKeyValueDriver();
  return { driver, close: () => driver.close() };
}

async function openDynamodb(): Promise<OpenedDriver> {
  const engine = await testDynamodb();
  const client = new DynamoDBClient({ endpoint: engine.endpoint, region: 'us-east-1' });
  const table = `kv-${randomBytes(6).toString('hex')}`;
  const driver = new DynamodbKeyValueDriver({ client, ownsClient: true, table });
  return { driver, close: () => driver.close().then(() => engine.stop()) };
}

async function openPostgres(): Promise<OpenedDriver> {
  const engine = await testPostgres();
  const pool = new pg.Pool({ connectionString: engine.url, max: 8 });
  const driver = new PostgresKeyValueDriver({ pool, ownsPool: true, schema: 'public', table: 'kv' });
  return { driver, close: () => driver.close().then(() => engine.stop()) };
}
