import { setTimeout as sleep } from 'node:timers/promises';
import { InputError, StoreUnavailableError } from '../../../../src/errors.js';
import type { Store } from '../../../../src/stores/store.js';
import { startPostgresWire } from '../../../kill/postgres-wire.js';
import { testStore, type TestStore } from '../test-store.js';

let database: TestStore;
let store: Store;

beforeAll(async () => {
  database = await testStore();
  store = database.open();
  await database.client.query('CREATE TABLE t (n int); INSERT INTO t VALUES (0)');
});
afterAll(() => database.stop());

const bytes = (text: string) => new TextEncoder().encode(text);
const marker = (key: string) => ({
  partition: bytes('sql'),
  key: bytes(key),
  value: (rows: number) => bytes(`${rows}`),
});
/** True from the look of this number on. */
const endingAt = (look: number) => {
  let looks = 0;
  return () => (looks += 1) >= look;
};
const increment = 'UPDATE t SET n = n + 1';
const n = async () => (await database.client.query('SELECT n FROM t')).rows[0] as unknown;
const working = async (text: string) =>
  (await database.client.query("SELECT FROM pg_stat_activity WHERE query = $1 AND state = 'active'", [text])).rowCount;

test('a statement that is not done when the time is over is cancelled, named, and leaves nothing', async () => {
  const slow = 'SELECT pg_sleep(1000)';
  const running = store.sql!.transact([increment, slow], { marker: marker('slow'), ending: endingAt(5) });
  const error: unknown = await running.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(InputError);
  expect((error as Error).message).toMatch(/^statement 2: "SELECT pg_sleep\(1000\)" was not done .*split it/);
  expect(await n()).toEqual({ n: 0 });
  expect(await working(slow)).toBe(0);
  expect(await store.keyValues.get(bytes('sql'), bytes('slow'))).toBeUndefined();
});

test('what was deferred to the commit is cancelled too', async () => {
  await database.client
    .query(`CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(1000); RETURN NULL; END';
    CREATE CONSTRAINT TRIGGER slow AFTER UPDATE ON t DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION dawdle()`);
  const running = store.sql!.transact([increment], { marker: marker('deferred'), ending: endingAt(4) });
  await expect(running).rejects.toThrow(/^what was deferred to the commit: was not done/);
  await database.client.query('DROP TRIGGER slow ON t');
  expect(await n()).toEqual({ n: 0 });
});

test('whoever waits for another’s transaction with the same marker may come again', async () => {
  const first = store.sql!.transact([increment, 'SELECT pg_sleep(2)'], { marker: marker('shared') });
  while ((await working('SELECT pg_sleep(2)')) === 0) await sleep(10);
  const second = store.sql!.transact([increment], { marker: marker('shared'), ending: endingAt(2) });
  await expect(second).rejects.toThrow(StoreUnavailableError);
  expect(await first).toMatchObject({ applied: true });
  expect(await n()).toEqual({ n: 1 });
});

test('a deadlock is no mistake of the statements: they are run again', async () => {
  await database.client.query(
    'CREATE TABLE a (n int); CREATE TABLE b (n int); INSERT INTO a VALUES (0); INSERT INTO b VALUES (0)',
  );
  const crossed = (first: string, second: string) =>
    database
      .open()
      .sql!.transact([`UPDATE ${first} SET n = n + 1`, 'SELECT pg_sleep(0.3)', `UPDATE ${second} SET n = n + 1`], {
        marker: marker(first),
      });
  const done = await Promise.all([crossed('a', 'b'), crossed('b', 'a')]);
  expect(done).toEqual([
    { applied: true, marker: bytes('2') },
    { applied: true, marker: bytes('2') },
  ]);
  expect((await database.client.query('SELECT a.n AS a, b.n AS b FROM a, b')).rows).toEqual([{ a: 2, b: 2 }]);
});

test('rows that a statement gives are not held', async () => {
  const wide = "SELECT repeat('x', 1000000) FROM generate_series(1, 600)";
  const before = process.memoryUsage().rss;
  await store.sql!.transact([wide], { marker: marker('wide') });
  expect(process.memoryUsage().rss - before).toBeLessThan(400_000_000);
});

test('a statement whose client is gone is ended by the server', async () => {
  const wire = await startPostgresWire('target', database.url);
  const slow = 'SELECT pg_sleep(2000)';
  const gone = database.open({ connection: wire.url(), retry: { attempts: 1 } });
  const running = gone.sql!.transact([increment, slow], { marker: marker('gone') }).catch((error: unknown) => error);
  while ((await working(slow)) === 0) await sleep(20);
  await wire.stop();
  expect(await running).toBeInstanceOf(StoreUnavailableError);
  while ((await working(slow)) !== 0) await sleep(100);
  expect(await store.sql!.transact([increment], { marker: marker('gone') })).toMatchObject({ applied: true });
}, 30_000);
