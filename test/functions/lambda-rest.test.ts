import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { jest } from '@jest/globals';
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
  Object.assign(process.env, {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    CARRYOVER_LEDGER_TABLE: 'ledger',
    POWERTOOLS_SERVICE_NAME: 'migrate',
    POWERTOOLS_METRICS_NAMESPACE: 'Carryover',
  });
});
afterEach(() => jest.restoreAllMocks());
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

test('a function publishes what it counted before it closes connections, which may take what its call has left', async () => {
  const runtime = lambdaRuntime({ stores: { orders: postgres.url } }, []);
  const handler = stepHandler(runtime, z.object({}), async (_event, deps) => {
    await (await deps.openStore('orders')).describe('things');
    runtime.metrics?.addMetric('Items', 'Count', 1);
  });
  const idle = sockets();
  const held: number[] = [];
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    if (String(text).includes('"Items"')) held.push(sockets());
    return true;
  });
  await handler({}, { getRemainingTimeInMillis: () => 60_000 });
  // One that reads, and one of the key-value store.
  expect(held).toEqual([idle + 2]);
});

test('a call that ends because a store cannot be opened in its time does not wait for it any longer', async () => {
  const silent = createServer(() => undefined);
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  process.env['AWS_ENDPOINT_URL_SECRETS_MANAGER'] = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
  const secretArn = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:orders-AbCdEf';
  const orders = { url: 'postgres://db.example.com/shop?sslmode=verify-full', secretArn };
  const runtime = lambdaRuntime({ stores: { orders } }, []);
  let waitedFor = false;
  const handler = stepHandler(runtime, z.object({}), (_event, deps) =>
    deps.openStore('orders').finally(() => (waitedFor = true)),
  );
  const ending = handler({}, { getRemainingTimeInMillis: () => 200 });
  await expect(ending).rejects.toMatchObject({ name: 'StoreUnavailableError' });
  expect(waitedFor).toBe(false);
  silent.closeAllConnections();
  await new Promise((resolve) => silent.close(resolve));
});
