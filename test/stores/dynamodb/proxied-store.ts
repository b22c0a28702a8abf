import { randomUUID } from 'node:crypto';
import type { Clock } from '../../../src/clock.js';
import { openDynamodbStore } from '../../../src/stores/dynamodb/dynamodb-store.js';
import type { Item } from '../../../src/stores/item.js';
import type { Store, TableDescription } from '../../../src/stores/store.js';
import type { TestDynamodb } from '../../support/dynamodb.js';
import { type ManglingProxy, startManglingProxy } from './mangling-proxy.js';

export interface ProxiedStore {
  readonly store: Store;
  readonly proxy: ManglingProxy;
  readonly prefix: string;
  /** The pauses that were asked for, in milliseconds; none of them was made. */
  readonly pausesMs: number[];
  /** Another store on the same tables; sends through the same proxy. */
  reopen(requestTimeoutMs?: number, prefix?: string): Store;
  stop(): Promise<void>;
}

/** A store on a real engine behind a proxy that spoils requests; it never pauses, and its tables have a prefix of their own. */
export async function openProxiedStore(engine: TestDynamodb): Promise<ProxiedStore> {
  const proxy = await startManglingProxy(engine.endpoint);
  const ownPrefix = `t${randomUUID().slice(0, 8)}-`;
  const pausesMs: number[] = [];
  const clock: Clock = {
    now: () => Date.now(),
    monotonic: () => performance.now(),
    sleep: (ms, signal) => {
      pausesMs.push(ms);
      return signal?.aborted === true ? Promise.reject(signal.reason as Error) : Promise.resolve();
    },
  };
  const stores: Store[] = [];
  const reopen = (requestTimeoutMs = 10_000, prefix = ownPrefix): Store => {
    const location = `dynamodb://eu-west-1/${prefix}`;
    const options = { region: 'eu-west-1', endpoint: proxy.endpoint, prefix, location, requestTimeoutMs };
    const store = openDynamodbStore(options, { clock, random: () => 1 });
    stores.push(store);
    return store;
  };
  return {
    store: reopen(),
    proxy,
    prefix: ownPrefix,
    pausesMs,
    reopen,
    async stop() {
      for (const store of stores) await store.close();
      await proxy.stop();
    },
  };
}

export const idKey: TableDescription['key'] = [{ name: 'id', type: 'S' }];

/** A description of a table of DynamoDB's own with this key and no more. */
export function ownDescription(name: string, key: TableDescription['key'] = idKey): TableDescription {
  const metadata = {
    AttributeDefinitions: key.map((column) => ({ AttributeName: column.name, AttributeType: column.type })),
    KeySchema: key.map((column, at) => ({ AttributeName: column.name, KeyType: at === 0 ? 'HASH' : 'RANGE' })),
    BillingMode: 'PAY_PER_REQUEST',
  };
  return { name, identity: 'elsewhere', key, origin: { engine: 'dynamodb', metadata } };
}

export function foreignDescription(name: string, key: TableDescription['key']): TableDescription {
  return { name, identity: 'elsewhere', key, origin: { engine: 'memory', metadata: { made: 'elsewhere' } } };
}

/** Makes the table and waits until it is ready; answers its identity. */
export async function created(store: Store, description: TableDescription): Promise<string> {
  for (;;) {
    const { ready, identity } = await store.create(description);
    if (ready) return identity;
  }
}

export async function writeAll(store: Store, table: string, items: readonly Item[]): Promise<void> {
  const writer = store.writer(table, { unit: 0, position: 0 });
  await writer.write(items);
  await writer.flush();
}

export async function readAll(store: Store, table: string, pageItems?: number): Promise<Item[]> {
  const items: Item[] = [];
  for (const segment of await store.split(table, 2)) {
    for await (const page of store.read(segment, undefined, pageItems === undefined ? {} : { pageItems })) {
      items.push(...page.items);
    }
  }
  return items;
}

export function numbered(count: number): Item[] {
  return Array.from({ length: count }, (_, at) => ({ id: { S: `item-${at}` }, at: { N: String(at) } }));
}

/** The ids of items, sorted. */
export function ids(items: readonly (Item | undefined)[]): string[] {
  return items.map((item) => JSON.stringify(item?.['id'])).sort();
}
