import pg from 'pg';
import { createTable } from '../../../../src/stores/postgres/catalog/create-table.js';
import { describeTable } from '../../../../src/stores/postgres/catalog/describe-table.js';
import type { TableDescription } from '../../../../src/stores/store.js';
import { catalogDatabase } from './database.js';
import type { CatalogDatabase } from './database.js';
import { nastySchema, nastyTables } from './nasty-schema.js';

let database: CatalogDatabase;
const source = 'Source "Schema"';
const doubled = "CREATE FUNCTION doubled(n integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT n * 2'";

beforeAll(async () => {
  database = await catalogDatabase();
  await database.run(source, nastySchema);
});

afterAll(() => database.stop());

const describeAll = (schema: string) =>
  Promise.all(nastyTables.map((table) => describeTable(database.pool, schema, table)));

/** What is equal in another schema: all but identity and size; the columns that the data path reads name the schema. */
function portable({ name, key, origin }: TableDescription, schema: string): unknown {
  const { columns, ddl } = origin.metadata as { columns: object[]; ddl: unknown };
  const plain = JSON.stringify(columns, (_, value: unknown) =>
    typeof value === 'string'
      ? value.replaceAll(`${pg.escapeIdentifier(schema)}.`, '').replaceAll(`${schema}.`, '')
      : value,
  );
  return { name, key, columns: JSON.parse(plain) as unknown, ddl };
}

test('a schema carried through JSON into another one is described there as it was', async () => {
  const described = await describeAll(source);
  const carried = JSON.parse(JSON.stringify(described)) as TableDescription[];
  expect(carried).toEqual(described);
  await database.run('target', doubled);
  for (const description of carried) await createTable(database.pool, 'target', description);
  for (const description of carried) await database.finish('target', description);
  expect(await database.list('target')).toEqual(await database.list(source));
  const made = await describeAll('target');
  expect(made.map((description) => portable(description, 'target'))).toEqual(
    described.map((description) => portable(description, source)),
  );
  expect(new Set([...made, ...described].map(({ identity }) => identity)).size).toBe(2 * nastyTables.length);
});

test('what PostgreSQL prints does not depend on the settings of the connection', async () => {
  const described = await describeTable(database.pool, source, 'Every Type');
  const client = await database.pool.connect();
  try {
    await client.query("SET DateStyle = 'SQL, DMY'; SET IntervalStyle = sql_standard; SET TimeZone = 'Asia/Kathmandu'");
    await client.query('SET bytea_output = escape; SET quote_all_identifiers = on');
    expect(await describeTable(client, source, 'Every Type')).toEqual(described);
  } finally {
    client.release(true);
  }
});

test('indexes, constraints and foreign keys come with finish, one a call, and not before', async () => {
  await database.run('later', doubled);
  const described = await describeAll(source);
  for (const description of described) await createTable(database.pool, 'later', description);
  const late = `SELECT count(*)::int FROM pg_constraint WHERE connamespace = 'later'::regnamespace AND contype IN ('f', 'u', 'x')
    UNION ALL SELECT count(*)::int FROM pg_index JOIN pg_class c ON c.oid = indexrelid
      WHERE c.relnamespace = 'later'::regnamespace AND NOT indisprimary`;
  expect(await database.column('later', late)).toEqual([0, 0]);
  const everything = described.find(({ name }) => name === 'Every Type')!;
  // Three constraints, two that are not valid, four indexes, and the sequences.
  expect(await database.finish('later', everything)).toBe(10);
  expect(await database.finish('later', everything)).toBe(1);
});

test('tables that reference each other in circles are finished in any order', async () => {
  const described = (await describeAll(source)).filter(({ name }) => ['hen', 'egg', 'Nest'].includes(name));
  for (const [index, order] of [described, [...described].reverse()].entries()) {
    const schema = `circle_${index}`;
    for (const description of order) await createTable(database.pool, schema, description);
    for (const description of order) await database.finish(schema, description);
    const made = await Promise.all(described.map(({ name }) => describeTable(database.pool, schema, name)));
    expect(made.map((description) => portable(description, schema))).toEqual(
      described.map((description) => portable(description, source)),
    );
  }
});

test('a foreign key to a table that is not there is left out', async () => {
  const nest = await describeTable(database.pool, source, 'Nest');
  await createTable(database.pool, 'alone', nest);
  expect(await database.finish('alone', nest)).toBe(1);
  expect(
    await database.column(
      'alone',
      `SELECT count(*)::int FROM pg_constraint WHERE conrelid = '"Nest"'::regclass AND contype = 'f'`,
    ),
  ).toEqual([0]);
});

test('what an extension brings is found wherever the extension lies', async () => {
  await database.run(
    'public',
    'CREATE EXTENSION citext; CREATE TABLE person (email citext PRIMARY KEY, also citext[])',
  );
  await database.run('public', 'CREATE INDEX also ON person USING gin (also)');
  const described = await describeTable(database.pool, 'public', 'person');
  const identity = await createTable(database.pool, 'elsewhere', described);
  await database.finish('elsewhere', described);
  expect(await createTable(database.pool, 'elsewhere', described)).toBe(identity);
  const again = await describeTable(database.pool, 'elsewhere', 'person');
  expect(await createTable(database.pool, 'public', again)).toBe(described.identity);
  expect(again.key).toEqual([{ name: 'email', type: 'S' }]);
});
