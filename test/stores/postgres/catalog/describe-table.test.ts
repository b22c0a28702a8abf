import { describeTable } from '../../../../src/stores/postgres/catalog/describe-table.js';
import { postgresMetadataSchema } from '../../../../src/stores/postgres/metadata.js';
import { withCatalogDatabase } from './database.js';
import type { CatalogDatabase } from './database.js';

let database: CatalogDatabase;
withCatalogDatabase((made) => (database = made));

const describeIn = (schema: string, table: string) => describeTable(database.pool, schema, table);

test('tables are listed without partitions, views, foreign and temporary tables, and without our own', async () => {
  await database.run(
    'listed',
    `CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE "B b" (id int); CREATE TABLE carryover (id int PRIMARY KEY);
     CREATE TABLE parts (id int PRIMARY KEY) PARTITION BY RANGE (id);
     CREATE TABLE part PARTITION OF parts DEFAULT PARTITION BY HASH (id);
     CREATE VIEW v AS SELECT * FROM a; CREATE MATERIALIZED VIEW m AS SELECT * FROM a; CREATE SEQUENCE s;
     CREATE EXTENSION postgres_fdw SCHEMA public; CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw;
     CREATE FOREIGN TABLE f (id int) SERVER far; CREATE UNLOGGED TABLE u (id int);`,
  );
  expect(await database.list('listed')).toEqual(['B b', 'a', 'parts', 'u']);
  expect(await database.list('not there')).toEqual([]);
});

test.each(['gone', 'v', 's', 'carryover', 'a_pkey', 'A'])(
  '"%s" is no table that can be carried: not found',
  async (name) => {
    await database.run(
      'absent',
      `CREATE TABLE IF NOT EXISTS a (id int PRIMARY KEY); CREATE OR REPLACE VIEW v AS SELECT 1;
     CREATE TABLE IF NOT EXISTS carryover (id int PRIMARY KEY); CREATE SEQUENCE IF NOT EXISTS s`,
    );
    await expect(describeIn('absent', name)).rejects.toMatchObject({ name: 'TableNotFoundError', table: name });
    await expect(describeIn('no schema', name)).rejects.toMatchObject({ name: 'TableNotFoundError' });
  },
);

test('a table without a primary key, and a partition, are refused with what to do', async () => {
  await database.run(
    'refused',
    `CREATE TABLE keyless (id int UNIQUE NOT NULL); CREATE TABLE whole (id int PRIMARY KEY) PARTITION BY RANGE (id);
     CREATE TABLE part PARTITION OF whole DEFAULT`,
  );
  await expect(describeIn('refused', 'keyless')).rejects.toMatchObject({
    name: 'InputError',
    faults: [{ field: 'table "keyless"', message: 'has no primary key: add one or exclude it' }],
  });
  await expect(describeIn('refused', 'part')).rejects.toMatchObject({ name: 'InputError' });
});

test('key columns have the type of their values, through domains, in the order of the key', async () => {
  await database.run(
    'keys',
    `CREATE DOMAIN small AS smallint; CREATE DOMAIN smaller AS small; CREATE TYPE mood AS ENUM ('a');
     CREATE TABLE t (a smaller, b bytea, c uuid, d numeric, e mood, f timestamptz, g int[], h text, i float8,
       PRIMARY KEY (i, a, b, c, d, e, f, g, h))`,
  );
  const { key } = await describeIn('keys', 't');
  expect(key.map(({ name, type }) => `${name} ${type}`).join(', ')).toBe('i N, a N, b B, c S, d N, e S, f S, g S, h S');
});

test('columns are told in the form that the data path reads', async () => {
  await database.run(
    'forms',
    `CREATE DOMAIN texts AS text[]; CREATE DOMAIN letters AS varchar(5); CREATE TYPE pair AS (a int, b int);
     CREATE TYPE r AS RANGE (SUBTYPE = int4); CREATE TABLE row_type (id int);
     CREATE TABLE t (id bigint PRIMARY KEY, a texts, b letters[], c pair, d r, e r[], f int2vector, g "char", h inet,
       i row_type, j int4multirange, k oidvector[])`,
  );
  const { columns } = postgresMetadataSchema.parse((await describeIn('forms', 't')).origin.metadata);
  expect(columns.map(({ name, base, array }) => `${name} ${base}${array ? '[]' : ''}`)).toEqual([
    ...['id int8', 'a text[]', 'b varchar[]', 'c text-form', 'd range', 'e range[]', 'f text-form', 'g char', 'h inet'],
    ...['i text-form', 'j multirange', 'k text-form[]'],
  ]);
  expect(columns.find(({ name }) => name === 'a')?.type).toBe('forms.texts');
});

test('a small table is counted, a large one estimated, over all partitions', async () => {
  await database.run(
    'sizes',
    `CREATE TABLE small (id int PRIMARY KEY) PARTITION BY HASH (id);
     CREATE TABLE s0 PARTITION OF small FOR VALUES WITH (MODULUS 2, REMAINDER 0);
     CREATE TABLE s1 PARTITION OF small FOR VALUES WITH (MODULUS 2, REMAINDER 1);
     INSERT INTO small SELECT generate_series(1, 1234);
     CREATE TABLE large (id int PRIMARY KEY, filler text); ALTER TABLE large ALTER filler SET STORAGE plain;
     INSERT INTO large SELECT n, repeat('x', 1000) FROM generate_series(1, 6000) n; ANALYZE large`,
  );
  const small = await describeIn('sizes', 'small');
  expect(small.items).toBe(1234);
  expect(small.sizeBytes).toBeGreaterThan(1234 * 4);
  const large = await describeIn('sizes', 'large');
  expect(large.sizeBytes).toBeGreaterThan(6_000_000);
  expect(large.items).toBeGreaterThan(5_500);
  expect(large.items).toBeLessThan(6_500);
});

test('a table that was dropped and made anew has another identity, one that was emptied the same', async () => {
  await database.run('identities', 'CREATE TABLE t (id int PRIMARY KEY)');
  const { identity } = await describeIn('identities', 't');
  await database.run('identities', 'TRUNCATE t; ALTER TABLE t ADD COLUMN more int');
  expect((await describeIn('identities', 't')).identity).toBe(identity);
  await database.run('identities', 'DROP TABLE t; CREATE TABLE t (id int PRIMARY KEY)');
  expect((await describeIn('identities', 't')).identity).not.toBe(identity);
});

test('within an open transaction its own changes are seen, and its search path stays', async () => {
  const client = await database.pool.connect();
  try {
    await client.query(
      'BEGIN; CREATE SCHEMA inside; CREATE TABLE inside.t (id int PRIMARY KEY); SET LOCAL search_path = pg_temp, public',
    );
    expect((await describeTable(client, 'inside', 't')).name).toBe('t');
    expect((await client.query<{ search_path: string }>('SHOW search_path')).rows[0]?.search_path).toBe(
      'pg_temp, public',
    );
    await client.query('ROLLBACK');
    await expect(describeTable(client, 'inside', 't')).rejects.toMatchObject({ name: 'TableNotFoundError' });
  } finally {
    client.release();
  }
});
