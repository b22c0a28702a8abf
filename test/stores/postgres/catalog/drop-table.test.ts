import { dropTable } from '../../../../src/stores/postgres/catalog/drop-table.js';
import { withCatalogDatabase } from './database.js';
import type { CatalogDatabase } from './database.js';

let database: CatalogDatabase;
withCatalogDatabase((made) => (database = made));

test('one table goes with its partitions and sequences, the others stay', async () => {
  await database.run(
    's',
    `CREATE TABLE "T" (id serial PRIMARY KEY) PARTITION BY HASH (id);
     CREATE TABLE p PARTITION OF "T" FOR VALUES WITH (MODULUS 1, REMAINDER 0); CREATE TABLE t (id int PRIMARY KEY)`,
  );
  expect(await dropTable(database.pool, 's', 'T')).toBe(true);
  expect(
    await database.column(
      's',
      "SELECT relname FROM pg_class WHERE relnamespace = 's'::regnamespace AND relkind <> 'i'",
    ),
  ).toEqual(['t']);
});

test('a table that is not there is no error, and our own is never dropped', async () => {
  await database.run('own', 'CREATE TABLE carryover (id int PRIMARY KEY); CREATE VIEW v AS SELECT 1');
  for (const name of ['gone', 'carryover', 'v']) expect(await dropTable(database.pool, 'own', name)).toBe(true);
  expect(
    await database.column(
      'own',
      "SELECT count(*)::int FROM pg_class WHERE relnamespace = 'own'::regnamespace AND relname IN ('carryover', 'v')",
    ),
  ).toEqual([2]);
});

test('tables that reference each other in circles are dropped one by one', async () => {
  await database.run(
    'circle',
    `CREATE TABLE a (id int PRIMARY KEY, b int, a int REFERENCES a); CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a) PARTITION BY HASH (id);
     CREATE TABLE b0 PARTITION OF b FOR VALUES WITH (MODULUS 1, REMAINDER 0); ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b`,
  );
  const circle = new Set(['a', 'b']);
  await dropTable(database.pool, 'circle', 'a', circle);
  expect(await database.list('circle')).toEqual(['b']);
  await dropTable(database.pool, 'circle', 'b', circle);
  expect(await database.list('circle')).toEqual([]);
});

test('a table that a view reads is not dropped, and keeps its foreign keys', async () => {
  await database.run(
    'read',
    'CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY REFERENCES a); CREATE VIEW v AS SELECT * FROM a',
  );
  await expect(dropTable(database.pool, 'read', 'a', new Set(['b']))).rejects.toMatchObject({
    name: 'InputError',
    message: expect.stringContaining('view v depends on table a') as string,
  });
  expect(
    await database.column(
      'read',
      "SELECT count(*)::int FROM pg_constraint WHERE connamespace = 'read'::regnamespace AND contype = 'f'",
    ),
  ).toEqual([1]);
});

test('a table that others reference is not dropped while they stay, and all foreign keys are named and kept', async () => {
  await database.run(
    'stay',
    `CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY CONSTRAINT b_a REFERENCES a);
     CREATE TABLE c (id int PRIMARY KEY CONSTRAINT c_a REFERENCES a)`,
  );
  await database.run('elsewhere', 'CREATE TABLE d (id int PRIMARY KEY CONSTRAINT d_a REFERENCES stay.a)');
  const refused = dropTable(database.pool, 'stay', 'a', new Set(['a', 'b']));
  await expect(refused).rejects.toMatchObject({ name: 'InputError', faults: [{}, {}] });
  await expect(refused).rejects.toThrow(/"c_a" of table c would be lost: carry c too/);
  await expect(refused).rejects.toThrow(/"d_a" of table elsewhere\.d of another schema would be lost/);
  expect(await database.column('stay', "SELECT conname FROM pg_constraint WHERE conname ~ '_a$' ORDER BY 1")).toEqual([
    'b_a',
    'c_a',
    'd_a',
  ]);
});
