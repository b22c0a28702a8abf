import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { InputError, StoreUnavailableError, StoreClosedError } from '../../../src/errors.js';
import type { Item } from '../../../src/stores/item.js';
import type { Store } from '../../../src/stores/store.js';
import { readTable, testStore, writeItems, type TestStore } from './test-store.js';

let database: TestStore;

beforeAll(async () => {
  database = await testStore();
  await database.client.query(
    'CREATE TABLE numbers (id int PRIMARY KEY, v text); INSERT INTO numbers SELECT i, i FROM generate_series(1, 1000) i',
  );
});
afterAll(() => database.stop());

const noRetry = { retry: { attempts: 1 } };
const quick = { retry: { baseMs: 1, capMs: 1 } };

/** Ends all connections of stores, as a failover does; returns how many there were. */
async function cut(): Promise<number> {
  const { rows } = await database.client.query<{ n: number }>(
    `SELECT count(pg_terminate_backend(pid))::int AS n FROM pg_stat_activity
     WHERE datname = current_database() AND application_name = 'carryover'`,
  );
  return rows[0]?.n ?? 0;
}

/** Reads all pages, and cuts the connections whenever one came. */
async function readWhileCut(store: Store): Promise<Item[]> {
  const [segment] = await store.split('numbers', 1);
  const items: Item[] = [];
  let cuts = 0;
  for await (const page of store.read(segment!, undefined, { pageItems: 50 })) {
    items.push(...page.items);
    cuts += await cut();
  }
  expect(cuts).toBeGreaterThan(10);
  return items;
}

test('a connection that is cut again and again in the middle of a table costs no row', async () => {
  expect(await readWhileCut(database.open(quick))).toHaveLength(1000);
});

test('a server that stays away is an error, and never the end of the table', async () => {
  const proxy = await openProxy();
  const store = database.open({ ...quick, connection: proxy.url });
  const [segment] = await store.split('numbers', 1);
  const read = async () => {
    let items = 0;
    for await (const page of store.read(segment!, undefined, { pageItems: 50 })) {
      items += page.items.length;
      if (items === 200) await proxy.close();
    }
    return items;
  };
  await expect(read()).rejects.toThrow(StoreUnavailableError);
});

test('an answer that stops in its middle is an error', async () => {
  const proxy = await openProxy();
  const store = database.open({ ...noRetry, connection: proxy.url, requestTimeoutMs: 400 });
  const [segment] = await store.split('numbers', 1);
  proxy.mostBytes = 2_000;
  await expect(
    (async () => {
      for await (const page of store.read(segment!)) expect(page.items).toEqual([]);
    })(),
  ).rejects.toThrow(StoreUnavailableError);
  await proxy.close();
});

test('a write whose connection is cut is made again, and all rows are there', async () => {
  await database.client.query('CREATE TABLE target (id int PRIMARY KEY, v text)');
  const store = database.open(quick);
  const items = await readTable(store, 'numbers');
  let cuts = 0;
  let writing = true;
  const cutting = (async () => {
    for (; writing && cuts < 20; await setTimeout(15)) cuts += await cut();
  })();
  for (let from = 0; from < 1000; from += 50) {
    // As the engine does: after an error that may pass, a new call does the work again.
    const error = await writeItems(store, 'target', items.slice(from, from + 50)).catch((thrown: unknown) => thrown);
    if (error === undefined) continue;
    expect(error).toBeInstanceOf(StoreUnavailableError);
    from -= 50;
  }
  writing = false;
  await cutting;
  expect(cuts).toBeGreaterThan(0);
  expect(await readTable(database.open(), 'target')).toEqual(items);
});

test('a write that gets no answer ends in time', async () => {
  await database.client.query('CREATE TABLE locked (id int PRIMARY KEY, v text)');
  const store = database.open({ ...noRetry, requestTimeoutMs: 300 });
  await store.describe('locked');
  const writer = store.writer('locked', { unit: 0, position: 0 });
  await writer.write([{ id: { N: '1' } }]);
  await database.client.query('BEGIN; LOCK TABLE locked');
  await expect(writer.flush()).rejects.toThrow(StoreUnavailableError);
  await database.client.query('ROLLBACK');
});

test('connections that are cut while nobody uses them are replaced', async () => {
  const store = database.open(quick);
  expect(await readTable(store, 'numbers')).toHaveLength(1000);
  await cut();
  expect(await readTable(store, 'numbers')).toHaveLength(1000);
});

test('a wrong password is bad input, and no password is in any error', async () => {
  const role = `writer_${process.pid}`;
  await database.client.query(`DROP ROLE IF EXISTS ${role}; CREATE ROLE ${role} LOGIN PASSWORD 'right-one'`);
  const connection = new URL(database.url);
  connection.username = role;
  connection.password = 'right-one';
  const store = database.open({ connection: connection.href });
  const error: unknown = await store.describe('numbers').catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(Error);
  connection.pathname = '/no-such-database';
  const other: unknown = await database
    .open({ connection: connection.href })
    .describe('numbers')
    .catch((thrown: unknown) => thrown);
  expect(other).toBeInstanceOf(InputError);
  for (const one of [error, other] as Error[])
    expect(JSON.stringify([one.message, one.stack, Object.entries(one), String(one.cause)])).not.toContain('right-one');
});

test('a closed store says so', async () => {
  const store = database.open();
  await store.describe('numbers');
  await store.close();
  await store.close();
  await expect(store.describe('numbers')).rejects.toThrow(StoreClosedError);
});

interface Proxy {
  readonly url: string;
  /** What a connection passes on of the server's answers, from its opening on, before it falls silent. */
  mostBytes: number;
  close(): Promise<void>;
}

/** A way to the server that can be closed, or fall silent, with all that runs through it. */
async function openProxy(): Promise<Proxy> {
  const url = new URL(database.url);
  const sockets = new Set<Socket>();
  const proxy = { mostBytes: Number.POSITIVE_INFINITY };
  const server: Server = createServer((client) => {
    const upstream = createConnection({ host: url.hostname, port: Number(url.port) });
    let passed = 0;
    sockets.add(client).add(upstream);
    client
      .on('error', () => upstream.destroy())
      .on('close', () => upstream.destroy())
      .pipe(upstream);
    upstream.on('error', () => client.destroy()).on('close', () => client.destroy());
    upstream.on('data', (data) => {
      const rest = proxy.mostBytes - passed;
      passed += data.length;
      if (rest > 0) client.write(data.subarray(0, rest));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address() as { port: number };
  const through = new URL(database.url);
  through.hostname = '127.0.0.1';
  through.port = String(address.port);
  return Object.assign(proxy, {
    url: through.href,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}
