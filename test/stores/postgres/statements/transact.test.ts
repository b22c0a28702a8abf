import { InputError, LeaseLostError } from '../../../../src/errors.js';
import type { Marker } from '../../../../src/stores/sql-statements.js';
import type { Fence, Store } from '../../../../src/stores/store.js';
import { testStore, type TestStore } from '../test-store.js';

let database: TestStore;
let store: Store;

const bytes = (text: string) => new TextEncoder().encode(text);
const partition = bytes('sql');

beforeAll(async () => {
  database = await testStore();
  store = database.open();
  await database.client.query('CREATE TABLE t (id int PRIMARY KEY, n int NOT NULL, v text)');
});
beforeEach(async () => {
  await database.client.query('TRUNCATE t; INSERT INTO t SELECT i, 0 FROM generate_series(1, 3) i');
});
afterAll(() => database.stop());

let markers = 0;
const newMarker = (): Marker => {
  const key = bytes(String((markers += 1)));
  return { partition, key, value: (rows) => bytes(`rows ${rows}`) };
};
const run = (statements: readonly string[], marker = newMarker(), fence?: Fence) =>
  store.sql!.transact(statements, { marker, ...(fence === undefined ? {} : { fence }) });
const storedMarker = async ({ key }: Marker) => {
  const entry = await store.keyValues.get(partition, key);
  return entry && new TextDecoder().decode(entry.value);
};
const sums = async () =>
  (await database.client.query('SELECT count(*)::int AS rows, sum(n)::int AS n FROM t')).rows[0] as unknown;
const increment = 'UPDATE t SET n = n + 1';

test('statements are done once for a marker, which is an entry of the key-value store', async () => {
  const marker = newMarker();
  const statements = [
    increment,
    'INSERT INTO t VALUES (4, 1) RETURNING id',
    'DELETE FROM t WHERE id = 1',
    'SELECT * FROM t',
  ];
  expect(await run(statements, marker)).toEqual({ applied: true, marker: bytes('rows 5') });
  expect(await run(['DROP TABLE t'], marker)).toEqual({ applied: false, marker: bytes('rows 5') });
  expect(await sums()).toEqual({ rows: 3, n: 3 });
  expect(await storedMarker(marker)).toBe('rows 5');
  const { predicate } = (await store.keyValues.get(partition, marker.key))!;
  await store.keyValues.setIf(partition, marker.key, bytes('changed'), predicate);
});

test('a marker can be written where there is neither its table nor its schema', async () => {
  const other = database.open({ schema: 'new "one"' });
  const marker = newMarker();
  const statements = ['CREATE TABLE made AS SELECT 1 AS a', 'INSERT INTO made VALUES (2)'];
  expect(await other.sql!.transact(statements, { marker })).toEqual({ applied: true, marker: bytes('rows 2') });
  const { rows } = await database.client.query('SELECT a FROM "new ""one""".made');
  expect(rows).toEqual([{ a: 1 }, { a: 2 }]);
});

test('of many who run the same at once, one does', async () => {
  const marker = newMarker();
  const stores = Array.from({ length: 4 }, () => database.open());
  const done = await Promise.all(
    stores.map((one) => one.sql!.transact([increment, 'SELECT pg_sleep(0.05)'], { marker })),
  );
  expect(done.filter(({ applied }) => applied)).toHaveLength(1);
  expect(new Set(done.map((one) => new TextDecoder().decode(one.marker)))).toEqual(new Set(['rows 3']));
  expect(await sums()).toEqual({ rows: 3, n: 3 });
});

describe('a statement that fails undoes those before it, and is named', () => {
  const cases: [string, string, RegExp][] = [
    [
      'no column',
      'UPDATE t\nSET m = 1',
      /^statement 2: "UPDATE t …" fails at line 2, character 5: column "m" .*\(42703\)$/,
    ],
    ['a hint', 'SELECT no_such(1)', /hint: No function/],
    [
      'a detail',
      "INSERT INTO t VALUES (1, 1, 'O''Reilly')",
      /duplicate key .* \(23505\); detail: Key \(id\)=\(1\) already exists/,
    ],
    ['a parameter that nobody gives', 'UPDATE t SET n = $1 WHERE id = $2', /supplies 0 parameters/],
    ['several statements', 'SELECT 1; SELECT 2', /is several statements/],
    [
      'no transaction may hold it',
      "CREATE SUBSCRIPTION s CONNECTION '' PUBLICATION p",
      /cannot run inside a transaction block/,
    ],
    ['a commit inside', 'DO $$ BEGIN COMMIT; END $$', /invalid transaction termination/],
    [
      'its own limit of time',
      'DO $$ BEGIN SET LOCAL statement_timeout = 10; PERFORM 1; RAISE query_canceled; END $$',
      /57014/,
    ],
    ['the commit inside a text', `DO 'BEGIN RAISE EXCEPTION ''COMMIT''; END'`, /: COMMIT \(P0001\)/],
  ];
  test.each(cases)('%s', async (_, statement, message) => {
    const marker = newMarker();
    const error: unknown = await run([increment, statement, 'DELETE FROM t'], marker).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(InputError);
    expect((error as InputError).message).toMatch(message);
    expect(await sums()).toEqual({ rows: 3, n: 0 });
    expect(await storedMarker(marker)).toBeUndefined();
  });

  test('what was deferred to the commit', async () => {
    await database.client.query('CREATE TABLE child (t int REFERENCES t DEFERRABLE INITIALLY DEFERRED)');
    const running = run([increment, 'INSERT INTO child VALUES (99)']);
    await expect(running).rejects.toThrow(
      /^what was deferred to the commit: fails: .*child_t_fkey.*\(23503\); detail: Key/,
    );
    await database.client.query('DROP TABLE child');
    expect(await sums()).toEqual({ rows: 3, n: 0 });
  });

  test('a password is not repeated', async () => {
    const running = run(["CREATE ROLE app\n  LOGIN PASSWORD 'hunter2' nonsense"]);
    await expect(running).rejects.toThrow(/^statement 1: "CREATE ROLE app …" fails at line 2/);
    await expect(run(["ALTER ROLE nobody_here PASSWORD 'hunter2'"])).rejects.toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('hunter2') }),
    );
  });
});

test.each(['COMMIT AND CHAIN', '; COMMIT', 'ROLLBACK', 'SAVEPOINT a', "PREPARE TRANSACTION 'x'", 'VACUUM', ''])(
  'refused before anything is done: %j',
  async (statement) => {
    const marker = newMarker();
    await expect(run([increment, statement], marker)).rejects.toThrow(/^statement 2: /);
    expect(await sums()).toEqual({ rows: 3, n: 0 });
    expect(await storedMarker(marker)).toBeUndefined();
  },
);

test('texts of every kind arrive as they were written, and names with quotes are names', async () => {
  const odd = `a'b"c\\d$$e\n\t;--/* é 漢 𝄞 $1 %s {}`;
  const quoted = `'${odd.replaceAll("'", "''")}'`;
  await run([
    `CREATE TABLE "odd ""; DROP TABLE t; --" (v text)`,
    `INSERT INTO "odd ""; DROP TABLE t; --" VALUES (${quoted})`,
  ]);
  const { rows } = await database.client.query('SELECT v FROM "odd ""; DROP TABLE t; --"');
  expect(rows).toEqual([{ v: odd }]);
});

test('what statements set is nobody else’s, and does not keep the token from being read', async () => {
  await database.client.query(
    `CREATE ROLE nobody_${process.pid}; GRANT CREATE, USAGE ON SCHEMA "My ""Schema""" TO nobody_${process.pid}`,
  );
  await store.keyValues.set(bytes('p'), bytes('k'), bytes('5'));
  const set = [
    "SET bytea_output = 'escape'",
    'SET search_path = pg_catalog',
    'CREATE TEMP TABLE t (x int)',
    `SET ROLE nobody_${process.pid}`,
  ];
  expect(await run(set, newMarker(), fence(5))).toMatchObject({ applied: true });
  await run([increment]);
  expect(await sums()).toEqual({ rows: 3, n: 3 });
  await database.client.query(`DROP OWNED BY nobody_${process.pid}; DROP ROLE nobody_${process.pid}`);
});

test('a table whose form was known is looked at anew', async () => {
  await store.split('t', 1);
  await run(['ALTER TABLE t ADD COLUMN w text', "UPDATE t SET w = 'x'"]);
  const { items } = await store.get!('t', [{ id: { N: '1' } }]);
  expect(items[0]).toMatchObject({ w: { S: 'x' } });
  await run(['ALTER TABLE t DROP COLUMN w']);
});

test('statements that take the marker away are refused', async () => {
  const running = run([increment, 'DELETE FROM carryover']);
  await expect(running).rejects.toThrow(/^table "carryover": is Carryover’s own/);
  expect(await sums()).toEqual({ rows: 3, n: 0 });
});

const fence = (token: number): Fence => ({
  token,
  partition: bytes('p'),
  key: bytes('k'),
  assertMaySend: () => undefined,
  tokenOf: (value) => Number(new TextDecoder().decode(value)),
});

describe('behind a fence', () => {
  beforeEach(() => store.keyValues.set(bytes('p'), bytes('k'), bytes('5')));

  test('the owner’s statements are done, and nobody else’s', async () => {
    const marker = newMarker();
    for (const token of [4, 6]) await expect(run([increment], marker, fence(token))).rejects.toThrow(LeaseLostError);
    expect(await sums()).toEqual({ rows: 3, n: 0 });
    expect(await storedMarker(marker)).toBeUndefined();
    await run([increment], marker, fence(5));
    expect(await sums()).toEqual({ rows: 3, n: 3 });
  });

  test('a holder who was overtaken while its statements ran applies nothing, and its successor applies them once', async () => {
    const marker = newMarker();
    const late = run([increment, 'SELECT pg_sleep(0.3)'], marker, fence(5)).catch((error: unknown) => error);
    await store.keyValues.set(bytes('p'), bytes('k'), bytes('6'));
    const next = await database.open().sql!.transact([increment], { marker, fence: fence(6) });
    expect(await late).toBeInstanceOf(LeaseLostError);
    expect(next).toEqual({ applied: true, marker: bytes('rows 3') });
    expect(await sums()).toEqual({ rows: 3, n: 3 });
  });

  test('statements of a store that the state entry is not in ask for no token', async () => {
    const elsewhere = { ...fence(9), elsewhere: true };
    expect(await run([increment], newMarker(), elsewhere)).toMatchObject({ applied: true });
  });
});
