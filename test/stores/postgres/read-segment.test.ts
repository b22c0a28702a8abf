import type { Item } from '../../../src/stores/item.js';
import { keyOf } from '../../../src/stores/item.js';
import { readAll, readTable, testStore, writeItems, type TestStore } from './test-store.js';

let database: TestStore;

beforeAll(async () => {
  database = await testStore();
  await database.client.query(`
    CREATE SCHEMA ext;
    CREATE EXTENSION citext SCHEMA ext;
    CREATE TYPE mood AS ENUM ('zzz', 'mmm', 'aaa');
    CREATE DOMAIN positive AS int CHECK (VALUE > 0);
    CREATE TYPE pair AS (a int, b text);
    CREATE COLLATION blind (provider = icu, locale = 'und-u-ks-level2', deterministic = false)`);
});
afterAll(() => database.stop());

/** Definitions of key columns, and the expressions that fill them from a number `i`, 1 to 300. */
const keys: [string, string, string][] = [
  ['a quoted, mixed-case pair', '"Größe ""x""" int, "select" text', 'i % 17, md5(i::text)'],
  ['three columns in another order than the table', 'c int, b text, a int', 'i % 3, chr(65 + i % 20), i'],
  [
    'text in a linguistic order',
    'k text COLLATE "und-x-icu"',
    "md5(i::text) || CASE WHEN i % 2 = 0 THEN 'Ä' ELSE 'a' END",
  ],
  [
    'a collation that takes strings for equal',
    'k text COLLATE blind, n int',
    "CASE WHEN i % 2 = 0 THEN 'A' ELSE 'a' END, i",
  ],
  ['citext of another schema', 'k ext.citext', "CASE WHEN i % 2 = 0 THEN 'K' ELSE 'k' END || i"],
  [
    'numeric beyond 38 digits, NaN and infinity',
    'k numeric',
    "CASE i WHEN 1 THEN 'NaN' WHEN 2 THEN '-Infinity' ELSE i * 1e40 + i / 7.0 END",
  ],
  ['floats', 'k float8', "CASE i WHEN 1 THEN 'NaN' WHEN 2 THEN '-Infinity' ELSE i / 3.0 END"],
  ['bytea', 'k bytea', "decode(md5(i::text), 'hex')"],
  [
    'timestamps with infinity and BC',
    'k timestamptz',
    "CASE i WHEN 1 THEN 'infinity' WHEN 2 THEN '0044-03-15 BC' ELSE now() + i * interval '1 us' END",
  ],
  ['an enum, in its own order', 'k mood, n int', '(enum_range(NULL::mood))[1 + i % 3], i'],
  ['a domain', 'k positive', 'i'],
  ['bool', 'k bool, n int', 'i % 2 = 0, i'],
  ['an array', 'k int[]', 'ARRAY[i % 7, NULL, i]'],
  ['a composite', 'k pair', "ROW(i % 7, 'x,' || i)::pair"],
  ['a range', 'k int8range', 'int8range(i % 7, i + 10)'],
  ['uuid', 'k uuid', 'md5(i::text)::uuid'],
  ['padded characters', 'k char(6)', "'k' || i"],
  ['intervals', 'k interval', "i * interval '1 day -1 us'"],
  ['network addresses', 'k inet', "'10.0.0.0'::inet + i"],
];

test.each(keys)(
  '%s as key: every row is read once, in pages, segments and from every cursor',
  async (_, columns, fill) => {
    const { client } = database;
    const names = [...columns.matchAll(/("(?:[^"]|"")+"|\w+) [^,]+(?:,|$)/g)].map(([, name]) => name);
    const inOrder = columns.startsWith('c int') ? names.toReversed() : names;
    await client.query(`DROP TABLE IF EXISTS "T t"; CREATE TABLE "T t" (${columns}, v int, PRIMARY KEY (${inOrder.join(', ')}));
    INSERT INTO "T t" SELECT ${fill}, i FROM generate_series(1, 300) i`);
    const store = database.open();
    const values = (items: readonly Item[]) => items.map(({ v }) => (v !== undefined && 'N' in v ? Number(v.N) : NaN));
    const ordered = (await client.query<{ v: number }>(`SELECT v FROM "T t" ORDER BY ${inOrder.join(', ')}`)).rows.map(
      ({ v }) => v,
    );

    const items = await readTable(store, 'T t', 1);
    expect(values(items)).toEqual(ordered);
    expect(values(await readTable(store, 'T t', 7))).toEqual(ordered);

    const [segment] = await store.split('T t', 1);
    let read = 0;
    for await (const page of store.read(segment!, undefined, { pageItems: 67 })) {
      read += page.items.length;
      expect(values(await readAll(store, segment!, JSON.parse(JSON.stringify(page.cursor)), 100))).toEqual(
        ordered.slice(read),
      );
    }

    const { key } = await store.describe('T t');
    const wanted = [items[299]!, items[0]!, items[123]!];
    const got = await store.get!(
      'T t',
      wanted.map((item) => keyOf(item, key)),
    );
    expect(got.items).toEqual(wanted);
    await store.remove!(
      'T t',
      wanted.map((item) => keyOf(item, key)),
    );
    expect(await readTable(store, 'T t', 3)).toHaveLength(297);
    await store.close();
  },
);

test('a table is split into segments about equal in size, however the key lies', async () => {
  const { client } = database;
  await client.query(`CREATE TABLE skewed (k int PRIMARY KEY, v text);
    INSERT INTO skewed SELECT i * i, repeat('x', 200) FROM generate_series(1, 30000) i`);
  const store = database.open();
  const sizes = await Promise.all(
    (await store.split('skewed', 8)).map((segment) => readAll(store, segment, undefined, 5000)),
  );
  expect(sizes).toHaveLength(8);
  expect(sizes.flat()).toHaveLength(30_000);
  for (const { length } of sizes) expect(Math.abs(length - 30_000 / 8)).toBeLessThanOrEqual(1);
});

test('a large table is split by a sample, and nothing is left out', async () => {
  const { client } = database;
  await client.query(`CREATE TABLE large (k int PRIMARY KEY, v text) WITH (fillfactor = 10);
    INSERT INTO large SELECT i, repeat('x', 700) FROM generate_series(1, 2500) i`);
  const store = database.open();
  const segments = await store.split('large', 4);
  expect(segments).toHaveLength(4);
  const sizes = await Promise.all(segments.map((segment) => readAll(store, segment, undefined, 1000)));
  expect(sizes.flat().map(({ k }) => k)).toEqual(Array.from({ length: 2500 }, (_, at) => ({ N: String(at + 1) })));
  for (const { length } of sizes) expect(length).toBeGreaterThan(2500 / 4 / 2);
});

test('more parts than rows make a segment for each row, and an empty table one', async () => {
  const { client } = database;
  await client.query(
    'CREATE TABLE few (k int PRIMARY KEY); INSERT INTO few VALUES (1), (2), (3); CREATE TABLE none (k int PRIMARY KEY)',
  );
  const store = database.open();
  expect(await store.split('few', 100)).toHaveLength(3);
  expect(await readTable(store, 'few', 100)).toHaveLength(3);
  expect(await store.split('none', 5)).toHaveLength(1);
  expect(await readTable(store, 'none', 5)).toEqual([]);
});

test('pages of wide rows are small, whatever the rows before them were', async () => {
  const { client } = database;
  await client.query(`CREATE TABLE wide (k int PRIMARY KEY, v text);
    INSERT INTO wide SELECT i, 'x' FROM generate_series(1, 3000) i;
    INSERT INTO wide SELECT i, repeat('y', 1000000) FROM generate_series(3001, 3060) i;
    INSERT INTO wide SELECT i, 'z' FROM generate_series(3061, 5000) i`);
  const store = database.open();
  const [segment] = await store.split('wide', 1);
  const read: number[] = [];
  for await (const page of store.read(segment!)) {
    expect(page.sizeBytes).toBeLessThan(10 * 1024 * 1024);
    read.push(...page.items.map(({ k }) => Number((k as { N: string }).N)));
  }
  expect(read).toEqual(Array.from({ length: 5000 }, (_, at) => at + 1));
});

test("rows of a partitioned table are read once, and rows of inheriting tables are not the parent's", async () => {
  const { client } = database;
  await client.query(`CREATE TABLE parts (k int PRIMARY KEY) PARTITION BY RANGE (k);
    CREATE TABLE parts_a PARTITION OF parts FOR VALUES FROM (0) TO (50);
    CREATE TABLE parts_b PARTITION OF parts DEFAULT;
    INSERT INTO parts SELECT i FROM generate_series(0, 99) i;
    CREATE TABLE parent (k int PRIMARY KEY); INSERT INTO parent VALUES (1), (2);
    CREATE TABLE child () INHERITS (parent); INSERT INTO child VALUES (1), (3)`);
  const store = database.open();
  expect(await readTable(store, 'parts', 5)).toHaveLength(100);
  expect(await readTable(store, 'parent', 1)).toEqual([{ k: { N: '1' } }, { k: { N: '2' } }]);
});

test('columns may have the names of what is in every object', async () => {
  await database.client.query(`CREATE TABLE names ("__proto__" text PRIMARY KEY, "constructor" int, "toString" int);
    INSERT INTO names VALUES ('a', 1, NULL)`);
  const store = database.open();
  const [item] = await readTable(store, 'names');
  expect(Object.entries(item!)).toEqual([
    ['__proto__', { S: 'a' }],
    ['constructor', { N: '1' }],
  ]);
  await store.remove!(
    'names',
    [item!].map((one) => keyOf(one, [{ name: '__proto__' }])),
  );
  await writeItems(store, 'names', [item!]);
  expect(await readTable(store, 'names')).toEqual([item]);
});

test('rows that are deleted between pages are passed over', async () => {
  const { client } = database;
  await client.query(
    'CREATE TABLE shrinking (k int PRIMARY KEY); INSERT INTO shrinking SELECT generate_series(1, 100)',
  );
  const store = database.open();
  const [segment] = await store.split('shrinking', 1);
  const read: number[] = [];
  for await (const page of store.read(segment!, undefined, { pageItems: 10 })) {
    read.push(...page.items.map(({ k }) => Number((k as { N: string }).N)));
    await client.query('DELETE FROM shrinking WHERE k BETWEEN $1 AND $2', [
      read.at(-1)! - 5,
      Math.min(read.at(-1)! + 12, 99),
    ]);
  }
  expect(new Set(read).size).toBe(read.length);
  expect(read).toContain(100);
});

test('a session that reads cannot write', async () => {
  const { client } = database;
  await client.query(`CREATE TABLE watched (k int PRIMARY KEY); CREATE TABLE noted (k int);
    CREATE FUNCTION note() RETURNS int LANGUAGE sql AS 'INSERT INTO noted VALUES (1) RETURNING k';
    CREATE VIEW spy AS SELECT note() AS k`);
  const store = database.open();
  expect((await store.get!('watched', [{ k: { N: '1' } }])).items).toEqual([undefined]);
  await client.query('ALTER TABLE watched RENAME TO real; ALTER VIEW spy RENAME TO watched');
  await expect(store.get!('watched', [{ k: { N: '1' } }])).rejects.toThrow(/read-only transaction/);
});

test('rows that a policy hides make an error, not a smaller table', async () => {
  const { client, url } = database;
  // Roles belong to the server, which other tests share.
  const role = `reader_${process.pid}`;
  await client.query(`DROP ROLE IF EXISTS ${role}; CREATE TABLE tenants (k int PRIMARY KEY); INSERT INTO tenants VALUES (1), (2);
    ALTER TABLE tenants ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON tenants USING (k = 1);
    CREATE ROLE ${role} LOGIN PASSWORD 'secret-1';
    GRANT USAGE ON SCHEMA ${client.escapeIdentifier(database.schema)} TO ${role};
    GRANT SELECT ON tenants TO ${role}`);
  const connection = new URL(url);
  connection.username = role;
  connection.password = 'secret-1';
  const store = database.open({ connection: connection.href });
  const failure = await readTable(store, 'tenants').catch((error: unknown) => error);
  expect(String(failure)).toMatch(/row-level security/);
  expect(JSON.stringify(failure) + String(failure)).not.toContain('secret-1');
});
