import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import {
  openConnections,
  type ConnectionOptions,
  type StoreConnections,
} from '../../../src/stores/postgres/connections.js';
import { systemClock } from '../../../src/system-clock.js';
import { withTestStore, type TestStore } from './test-store.js';

let database: TestStore;
withTestStore((given) => (database = given));

let opened: StoreConnections[] = [];
afterEach(async () => {
  for (const { reading, writing } of opened) await Promise.all([reading.close(), writing.close()]);
  opened = [];
  // A server goes on with what its client has given up.
  for (const pid of await serving()) await database.client.query('SELECT pg_terminate_backend($1)', [pid]);
  while ((await serving()).length > 0) await sleep(5);
});

function open(options: Partial<ConnectionOptions> = {}): StoreConnections {
  const { url, schema } = database;
  const place = { connection: url, schema, location: 'postgres://test', requestTimeoutMs: 5_000 };
  const connections = openConnections({ ...place, poolSize: 2, ...options });
  opened.push(connections);
  return connections;
}

/** The processes of the server that serve connections of ours. */
async function serving(): Promise<number[]> {
  const { rows } = await database.client.query<{ pid: number }>(
    `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'carryover' ORDER BY pid`,
  );
  return rows.map(({ pid }) => pid);
}

/** Sockets of this process: those of stores, and the suite's own. */
function sockets(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
}

const one = { text: 'SELECT 1 AS one', values: [], types: pg.types, query_timeout: 5_000 };

test('any number of users get their turn on as many connections as are allowed, and no more', async () => {
  const { reading } = open();
  let atATime = 0;
  let most = 0;
  const look = () =>
    reading.use(async (session) => {
      most = Math.max(most, (atATime += 1));
      await session.query('SELECT pg_sleep(0.005)');
      atATime -= 1;
    });
  await Promise.all(Array.from({ length: 30 }, look));
  expect(most).toBe(2);
  expect(await serving()).toHaveLength(2);
});

test('who waits for a connection waits longer than a request may take', async () => {
  const { reading } = open({ poolSize: 1, requestTimeoutMs: 200 });
  const slow = reading.use((session) => session.query('SELECT pg_sleep(0.5)', [], 5_000));
  const waiting = reading.use((session) => session.query('SELECT 1'));
  await slow;
  expect(await waiting).toEqual([['1']]);
});

test('work that fails gives its turn to the next', async () => {
  const { writing } = open();
  const fail = () => writing.use(() => Promise.reject(new TypeError('no')));
  for (const failing of [fail(), fail(), fail()]) await expect(failing).rejects.toThrow('no');
  expect(await writing.use((session) => session.query('SELECT 1'))).toEqual([['1']]);
});

test('however many writes wait, an entry of the key-value store is written beside them', async () => {
  const { writing } = open();
  let end = () => {};
  const ended = new Promise<void>((resolve) => (end = resolve));
  const writes = [1, 2, 3].map(() => writing.use(() => ended));
  const written = writing.query(one).finally(end);
  await expect(written).resolves.toMatchObject({ rows: [{ one: 1 }] });
  await Promise.all(writes);
});

test('however many entries of a service wait for something, one of the store itself is written beside them', async () => {
  const { writing } = open();
  const slow = { ...one, text: 'SELECT pg_sleep(0.5)' };
  let waiting = 0;
  const entries = [1, 2, 3].map(() => writing.inTurn.query(slow).finally(() => (waiting -= 1)));
  waiting = entries.length;
  while ((await serving()).length === 0) await sleep(5);
  await expect(writing.query(one)).resolves.toMatchObject({ rows: [{ one: 1 }] });
  expect(waiting).toBe(3);
  await Promise.all(entries);
});

test('an entry of a service that gets no turn in the time of a request is never written', async () => {
  const { writing } = open();
  await database.client.query('CREATE TABLE late (id int)');
  let end = () => {};
  const ended = new Promise<void>((resolve) => (end = resolve));
  const long = writing.use(() => ended);
  const late = { ...one, text: 'INSERT INTO late VALUES (1)', query_timeout: 50 };
  const refused: unknown = await writing.inTurn.query(late).catch((error: unknown) => error);
  end();
  await long;
  expect(String(refused)).toBe('Error: no turn within 50 ms');
  await writing.inTurn.query(one);
  expect((await database.client.query('SELECT * FROM late')).rows).toEqual([]);
});

test('a refused statement costs no connection, one that is not answered in time does', async () => {
  const { writing } = open();
  await expect(writing.query({ ...one, text: 'SELECT none' })).rejects.toMatchObject({ code: '42703' });
  const [pid] = await serving();
  await writing.query(one);
  expect(await serving()).toEqual([pid]);
  await expect(writing.query({ ...one, text: 'SELECT pg_sleep(2)', query_timeout: 100 })).rejects.toThrow('timeout');
  const own = { ...one, text: 'SELECT pg_backend_pid() AS pid' };
  expect((await writing.query(own)).rows).not.toEqual([{ pid }]);
});

test('after a rest no connection is left, and work goes on with others', async () => {
  const { reading, writing } = open();
  await reading.use((session) => session.query('SELECT 1'));
  await writing.query(one);
  expect(await serving()).toHaveLength(2);
  const before = sockets();
  await Promise.all([reading.rest(), writing.rest()]);
  expect(sockets()).toBe(before - 2);
  while ((await serving()).length > 0) await sleep(5);
  expect(await writing.query(one)).toMatchObject({ rows: [{ one: 1 }] });
});

test('what a rest finds at work comes to its end, and its connection with it', async () => {
  const { reading } = open();
  const slow = reading.use((session) => session.query('SELECT pg_sleep(0.3)'));
  while ((await serving()).length === 0) await sleep(5);
  await reading.rest();
  await slow;
  while ((await serving()).length > 0) await sleep(5);
});

test('a connection that was idle while the machine was suspended is replaced at its next use', async () => {
  let sleptMs = 0;
  const { writing } = open({ clock: { ...systemClock, now: () => Date.now() + sleptMs } });
  await writing.query(one);
  const [before] = await serving();
  await writing.query(one);
  expect(await serving()).toEqual([before]);
  sleptMs = 60_000;
  await writing.query(one);
  while ((await serving()).length > 1) await sleep(5);
  expect(await serving()).not.toEqual([before]);
});
