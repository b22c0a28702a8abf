import { createTable } from '../../../../src/stores/postgres/catalog/create-table.js';
import { describeTable } from '../../../../src/stores/postgres/catalog/describe-table.js';
import { preflightTable } from '../../../../src/stores/postgres/catalog/preflight.js';
import type { TableDescription } from '../../../../src/stores/store.js';
import { withCatalogDatabase } from './database.js';
import type { CatalogDatabase } from './database.js';
import { nothing, preflightMessages } from './preflight-messages.js';

let database: CatalogDatabase;
withCatalogDatabase((made) => (database = made));

const preflight = (schema: string, description: TableDescription, role: 'source' | 'target', pool = database.pool) =>
  preflightMessages(pool, schema, description, role);
const describeIn = (schema: string, table: string) => describeTable(database.pool, schema, table);

describe('as a target', () => {
  test('names that PostgreSQL would cut, and our own, are refused', async () => {
    const items = (name: string, column: string): TableDescription => ({
      name,
      identity: '',
      key: [{ name: column, type: 'S' }],
      origin: { engine: 'dynamodb', metadata: null },
    });
    expect(await preflight('names', items('ü'.repeat(31), 'x'.repeat(63)), 'target')).toEqual(nothing);
    expect((await preflight('names', items('ü'.repeat(32), 'x'.repeat(64)), 'target')).faults).toEqual([
      'its name is longer than the 63 bytes that PostgreSQL allows',
      `column "${'x'.repeat(64)}" is longer than the 63 bytes that PostgreSQL allows`,
    ]);
    expect((await preflight('names', items('carryover', 'k'), 'target')).faults).toHaveLength(1);
    expect((await preflight('names', items('t', 'a\0b'), 'target')).faults).toHaveLength(1);
  });

  test('extensions, functions, types and sequences that it lacks are named', async () => {
    await database.run('other', 'CREATE SEQUENCE numbers; CREATE TYPE kind AS ENUM (); CREATE TABLE row_type (id int)');
    await database.run(
      'lacking',
      'CREATE EXTENSION hstore; CREATE FUNCTION "F"(int) RETURNS int IMMUTABLE LANGUAGE sql AS $$SELECT $1$$',
    );
    await database.run(
      'lacking',
      `CREATE TABLE t (id int PRIMARY KEY DEFAULT nextval('other.numbers'), h hstore, k other.kind, r other.row_type, CHECK ("F"(id) > 0))`,
    );
    const described = await describeIn('lacking', 't');
    await database.run('lacking', 'DROP TABLE t; DROP EXTENSION hstore; DROP SCHEMA other CASCADE');
    const { faults } = await preflight('bare', described, 'target');
    expect(faults.sort()).toEqual([
      'it needs the extension hstore, which is not there: make it first',
      'it needs the function "F"(integer), which is not there: make it first',
      'it needs the sequence other.numbers, which is not there: make it first',
      'it needs the type other.kind, which is not there: make it first',
      'it needs the type other.row_type, which is not there: make it first',
    ]);
  });

  test('an extension that lies in another schema than definitions say is named', async () => {
    await database.run('lies_here', 'CREATE EXTENSION ltree');
    await database.run('uses_it', 'CREATE TABLE t (path lies_here.ltree PRIMARY KEY)');
    const described = await describeIn('uses_it', 't');
    expect(await preflight('uses_it_too', described, 'target')).toEqual(nothing);
    await database.run('lies_there', 'ALTER EXTENSION ltree SET SCHEMA lies_there');
    expect((await preflight('uses_it_too', described, 'target')).faults).toEqual([
      'it needs the extension ltree in schema lies_here, which is not there: make it first',
    ]);
  });

  test('what is in the way is named: other types, relations of the same name', async () => {
    await database.run(
      'wanted',
      `CREATE TYPE mood AS ENUM ('a'); CREATE TABLE t (id int PRIMARY KEY, m mood) PARTITION BY HASH (id);
       CREATE TABLE p PARTITION OF t FOR VALUES WITH (MODULUS 1, REMAINDER 0)`,
    );
    const described = await describeIn('wanted', 't');
    await database.run('full', 'CREATE TYPE mood AS (a int); CREATE VIEW t AS SELECT 1; CREATE TABLE p (id int)');
    expect((await preflight('full', described, 'target')).faults).toEqual([
      'schema "full" has another type "mood": rename or drop it',
      'a table "p" of schema "full" is in the way: rename or drop it',
      'a view "t" of schema "full" is in the way: rename or drop it',
    ]);
    await createTable(database.pool, 'made', described);
    expect(await preflight('made', described, 'target')).toEqual(nothing);
  });

  test('foreign keys that would be left out are warned of', async () => {
    await database.run(
      'keys',
      'CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY REFERENCES a, b int REFERENCES b)',
    );
    const b = await describeIn('keys', 'b');
    expect((await preflight('empty', b, 'target')).warnings).toEqual([
      'foreign key "b_id_fkey" is left out unless table a, which is not in the target, is carried too',
    ]);
    expect(await preflight('keys', b, 'target')).toEqual(nothing);
  });

  test('what others would lose with a table, and what keeps it from being dropped, is told', async () => {
    await database.run('elsewhere', 'SELECT 1');
    await database.run(
      'drops',
      `CREATE TABLE a (id serial PRIMARY KEY, a int REFERENCES a) PARTITION BY HASH (id);
       CREATE TABLE a0 PARTITION OF a FOR VALUES WITH (MODULUS 1, REMAINDER 0);
       CREATE TABLE "B" (id int PRIMARY KEY, a int REFERENCES a) PARTITION BY HASH (id);
       CREATE TABLE b0 PARTITION OF "B" FOR VALUES WITH (MODULUS 1, REMAINDER 0);
       ALTER TABLE b0 ADD CONSTRAINT part FOREIGN KEY (id) REFERENCES a;
       CREATE TABLE elsewhere.c (id int PRIMARY KEY REFERENCES drops.a);
       CREATE TABLE d (id int PRIMARY KEY DEFAULT nextval('a_id_seq'));
       CREATE VIEW v AS SELECT id FROM a; CREATE VIEW w AS SELECT * FROM v;
       CREATE FUNCTION f() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM a; END`,
    );
    const { drop } = await preflightTable(database.pool, 'drops', await describeIn('drops', 'a'), 'target');
    expect(
      drop?.map(({ message, unlessDropped }) => [message.slice(message.indexOf(': ') + 2), unlessDropped]),
    ).toEqual([
      ['foreign key "B_a_fkey" of table "B" would be lost: carry "B" too, or drop the constraint first', 'B'],
      ['foreign key "part" of table b0 would be lost: carry b0 too, or drop the constraint first', 'B'],
      [
        'foreign key "c_id_fkey" of table elsewhere.c of another schema would be lost: drop the constraint first',
        undefined,
      ],
      ['default value for column id of table d depends on it: drop that first, or choose "merge"', undefined],
      ['function f() depends on it: drop that first, or choose "merge"', undefined],
      ['view v depends on it: drop that first, or choose "merge"', undefined],
    ]);
    const own = await preflightTable(database.pool, 'drops', await describeIn('drops', 'B'), 'target');
    expect(own.drop).toBeUndefined();
  });
});
