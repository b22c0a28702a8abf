import { createTable } from '../../../../src/stores/postgres/catalog/create-table.js';
import { describeTable } from '../../../../src/stores/postgres/catalog/describe-table.js';
import type { TableDescription } from '../../../../src/stores/store.js';
import { catalogDatabase } from './database.js';
import type { CatalogDatabase } from './database.js';

let database: CatalogDatabase;
let described: TableDescription;

beforeAll(async () => {
  database = await catalogDatabase();
  await database.run(
    'source',
    `CREATE TYPE mood AS ENUM ('good', 'bad');
     CREATE TABLE t (id serial PRIMARY KEY, feeling mood, amount numeric(5,2), half int GENERATED ALWAYS AS (id / 2) STORED)`,
  );
  described = await describeTable(database.pool, 'source', 't');
});

afterAll(() => database.stop());

const fromDynamo: TableDescription = {
  name: 'Orders.2026-v1',
  identity: 'some-id',
  key: [
    { name: 'item', type: 'S' },
    { name: 'n', type: 'N' },
    { name: 'item_', type: 'B' },
  ],
  origin: { engine: 'dynamodb', metadata: { billing: 'PAY_PER_REQUEST' } },
};

test('a table that is there and fits is left as it is, with its data', async () => {
  const identity = await createTable(database.pool, 'again', described);
  await database.run(
    'again',
    "INSERT INTO t (feeling) VALUES ('good'); ALTER TABLE t ADD COLUMN more text DEFAULT 'x'",
  );
  expect(await createTable(database.pool, 'again', described)).toBe(identity);
  expect(await database.column('again', 'SELECT count(*)::int FROM t')).toEqual([1]);
});

test('creating the same table at once from several connections makes it once', async () => {
  const identities = await Promise.all([1, 2, 3, 4].map(() => createTable(database.pool, 'at_once', described)));
  expect(new Set(identities).size).toBe(1);
});

test.each([
  ['another key', 'id serial, feeling source.mood, PRIMARY KEY (feeling)', 'primary key is (feeling)'],
  ['a column of another type', 'id bigint PRIMARY KEY', 'column "id" is bigint in the target, and must be integer'],
  ['a missing column', 'id int PRIMARY KEY', 'the target has no column "feeling"'],
  ['a further column without a value', 'id int PRIMARY KEY, more int NOT NULL', 'further column "more"'],
  ['a narrower number', 'id int PRIMARY KEY, amount numeric(4,2)', 'must be numeric(5,2)'],
  ['a column that is not generated', 'id int PRIMARY KEY, half int', 'generated in the source only'],
  ['a column that may not be null', 'id int PRIMARY KEY, amount numeric(5,2) NOT NULL', 'NOT NULL in the target only'],
])('a table that does not fit is refused: %s', async (what, columns, message) => {
  await database.run(what, `CREATE TABLE t (${columns})`);
  await expect(createTable(database.pool, what, described)).rejects.toMatchObject({
    name: 'InputError',
    message: expect.stringContaining(message) as string,
  });
});

test('another type of the same name is refused, and nothing is left half made', async () => {
  await database.run('other_type', "CREATE TYPE mood AS ENUM ('bad', 'good')");
  await expect(createTable(database.pool, 'other_type', described)).rejects.toMatchObject({
    name: 'InputError',
    message: 'table "t": schema "other_type" has another type "mood": rename or drop it',
  });
  expect(
    await database.column('other_type', "SELECT relname FROM pg_class WHERE relnamespace = 'other_type'::regnamespace"),
  ).toEqual([]);
});

test('when the last statement fails, nothing is left of those before it', async () => {
  await database.run(
    'half',
    'CREATE FUNCTION fails() RETURNS event_trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION $q$no$q$; END$$',
  );
  await database.run(
    'half',
    "CREATE EVENT TRIGGER stop_here ON ddl_command_end WHEN TAG IN ('ALTER SEQUENCE') EXECUTE FUNCTION fails()",
  );
  await expect(createTable(database.pool, 'half', described)).rejects.toThrow('no');
  expect(
    await database.column('half', "SELECT relname FROM pg_class WHERE relnamespace = 'half'::regnamespace"),
  ).toEqual([]);
  expect(
    await database.column('half', "SELECT typname FROM pg_type WHERE typnamespace = 'half'::regnamespace"),
  ).toEqual([]);
  await database.run('half', 'DROP EVENT TRIGGER stop_here');
  await createTable(database.pool, 'half', described);
});

test('a sequence of another table is never taken over', async () => {
  await database.run('owned', 'CREATE TABLE other (id int PRIMARY KEY); CREATE SEQUENCE t_id_seq OWNED BY other.id');
  await expect(createTable(database.pool, 'owned', described)).rejects.toThrow(
    'sequence "t_id_seq" that belongs to another table',
  );
});

test('a view, an index or our own table in the way is refused by name', async () => {
  await database.run('in_the_way', 'CREATE VIEW t AS SELECT 1');
  await expect(createTable(database.pool, 'in_the_way', described)).rejects.toMatchObject({ name: 'InputError' });
  await expect(createTable(database.pool, 'in_the_way', { ...described, name: 'carryover' })).rejects.toMatchObject({
    name: 'InputError',
  });
});

test('a table of another engine has typed key columns and one column for the item', async () => {
  const identity = await createTable(database.pool, 'items', fromDynamo);
  expect(await createTable(database.pool, 'items', fromDynamo)).toBe(identity);
  const made = await describeTable(database.pool, 'items', 'Orders.2026-v1');
  expect(made.key).toEqual(fromDynamo.key);
  expect((made.origin.metadata as { columns: unknown }).columns).toEqual([
    { name: 'item', type: 'text', base: 'text', array: false, notNull: true, collation: 'pg_catalog."C"' },
    { name: 'n', type: 'numeric', base: 'numeric', array: false, notNull: true },
    { name: 'item_', type: 'bytea', base: 'bytea', array: false, notNull: true },
    { name: 'item__', type: 'json', base: 'json', array: false, notNull: true },
  ]);
  expect(await database.finish('items', fromDynamo)).toBe(1);
});

test('a description that is none of PostgreSQL is told from a table of another engine', async () => {
  const broken = { ...described, origin: { engine: 'postgres', metadata: { columns: [] } } } as const;
  await expect(createTable(database.pool, 'broken', broken)).rejects.toMatchObject({ name: 'CorruptDataError' });
});
