import pg from 'pg';
import { z } from 'zod';
import { lambdaRuntime } from '../../functions/lambda-runtime.js';
import { stepHandler } from '../../functions/step-handler.js';
import { testPostgres } from '../support/postgres.js';

let postgres: Awaited<ReturnType<typeof testPostgres>>;
const before = { ...process.env };
beforeAll(async () => {
  postgres = await testPostgres();
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  await client.query('CREATE TABLE things (id int PRIMARY KEY)');
  await client.end();
  Object.assign(process.env, { AWS_REGION: 'us-east-1', CARRYOVER_LEDGER_TABLE: 'ledger' });
});
afterAll(async () => {
  process.env = before;
  await postgres.stop();
});

function sockets(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
}

test('a function holds no connection to a store between two calls, whether the first succeeded or failed', async () => {
  const runtime = lambdaRuntime({ stores: { orders: postgres.url } }, []);
  const held: number[] = [];
  const handler = stepHandler(runtime, z.object({ table: z.string() }), async ({ table }, deps) => {
    const key = new Uint8Array([1]);
    await (await deps.openStore('orders')).keyValues.get(key, key);
    await (await deps.openKeyValueDriver('orders', 'entries')).read(key, key);
    held.push(sockets());
    await (await deps.openStore('orders')).describe(table);
  });
  const call = (table: string) => handler({ table }, { getRemainingTimeInMillis: () => 60_000 });
  const idle = sockets();
  await expect(call('nowhere')).rejects.toMatchObject({ name: 'TableNotFoundError' });
  expect(sockets()).toBe(idle);
  await call('things');
  expect(sockets()).toBe(idle);
  // One served both key-value stores.
  expect(held).toEqual([idle + 1, idle + 1]);
});
