import { randomUUID } from 'node:crypto';
import type { Clock } from '../../../src/clock.js';
import { ThrottledError } from '../../../src/errors.js';
import { openDynamodbStore } from '../../../src/stores/dynamodb/dynamodb-store.js';
import type { Store } from '../../../src/stores/store.js';
import { systemClock } from '../../../src/system-clock.js';
import { testDynamodb, type TestDynamodb } from '../../support/dynamodb.js';
import { refusal, startManglingProxy, throttled, type Mangling, type ManglingProxy } from './mangling-proxy.js';
import { created, ids, numbered, ownDescription, readAll, writeAll } from './proxied-store.js';

let engine: TestDynamodb;
let proxy: ManglingProxy;
let store: Store;
let throttles = 0;
const bytes = (text: string): Uint8Array => Buffer.from(text);

beforeAll(async () => {
  engine = await testDynamodb();
  proxy = await startManglingProxy(engine.endpoint);
  const place = { region: 'eu-west-1', endpoint: proxy.endpoint, prefix: `t${randomUUID().slice(0, 8)}-` };
  const clock: Clock = { ...systemClock, sleep: () => Promise.resolve() };
  store = openDynamodbStore(
    { ...place, location: 'dynamodb://eu-west-1', requestTimeoutMs: 10_000, onThrottled: () => (throttles += 1) },
    { clock, random: () => 0 },
  );
  await created(store, ownDescription('orders'));
  await store.keyValues.set(bytes('p'), bytes('k'), bytes('v'));
});
beforeEach(() => {
  proxy.mangle = () => undefined;
  throttles = 0;
});
afterAll(async () => {
  await store.close();
  await proxy.stop();
  await engine.stop();
});

/** Does this to the first `times` requests of an operation. */
function spoil(operation: string, mangling: Mangling, times: number): void {
  let left = times;
  proxy.mangle = (sent) => (sent.operation === operation && left-- > 0 ? mangling : undefined);
}

describe('what the engine throttles', () => {
  test.each<[string, () => Promise<unknown>]>([
    ['BatchWriteItem', () => writeAll(store, 'orders', numbered(5))],
    ['Scan', () => readAll(store, 'orders')],
    ['BatchGetItem', async () => store.get?.('orders', [{ id: { S: 'item-1' } }])],
    ['DescribeTable', () => store.describe('orders')],
    ['GetItem', () => store.keyValues.get(bytes('p'), bytes('k'))],
  ])('is told once for each %s, of which all succeed in the end', async (operation, work) => {
    spoil(operation, throttled, 2);
    await work();
    expect(throttles).toBe(2);
  });

  test('is told once for each part of a batch that comes back undone', async () => {
    const items = numbered(5);
    proxy.mangle = ({ operation }) => (operation === 'BatchWriteItem' ? 'partly' : undefined);
    await writeAll(store, 'orders', items);
    // Each of five requests does one item; the last leaves nothing.
    expect(throttles).toBe(4);
    const keys = { UnprocessedKeys: {} as Record<string, unknown>, Responses: {} };
    let asked = 0;
    proxy.mangle = ({ operation, body }) => {
      if (operation !== 'BatchGetItem' || asked++ > 0) return undefined;
      return { status: 200, body: { ...keys, UnprocessedKeys: body.RequestItems } };
    };
    const { items: found } = (await store.get?.('orders', [{ id: { S: 'item-1' } }])) ?? { items: [] };
    expect(ids(found)).toEqual(ids(items.slice(1, 2)));
    expect(throttles).toBe(5);
  });

  test('is told for each try of a request that is given up', async () => {
    spoil('DescribeTable', throttled, 1_000);
    const tries = proxy.sent.length;
    await expect(store.describe('orders')).rejects.toThrow(ThrottledError);
    expect(throttles).toBe(proxy.sent.length - tries);
  });

  test.each<[string, Mangling]>([
    ['a lost answer', 'lost'],
    ['an engine out of order', refusal('InternalServerError')],
  ])('is not %s', async (_what, mangling) => {
    spoil('Scan', mangling, 1);
    await readAll(store, 'orders');
    expect(throttles).toBe(0);
  });
});
