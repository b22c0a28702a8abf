import pg from 'pg';
import { createTable } from '../../../../src/stores/postgres/catalog/create-table.js';
import { describeTable } from '../../../../src/stores/postgres/catalog/describe-table.js';
import { preflightTable } from '../../../../src/stores/postgres/catalog/preflight.js';
import type { TableDescription } from '../../../../src/stores/store.js';
import { catalogDatabase } from './database.js';
import type { CatalogDatabase } from './database.js';

let database: CatalogDatabase;

beforeAll(async () => {
  database = await catalogDatabase();
});

afterAll(() => database.stop());

interface Messages {
  readonly faults: string[];
  readonly warnings: string[];
}

async function preflight(
  schema: string,
  description: TableDescription,
  role: 'source' | 'target',
  pool = database.pool,
): Promise<Messages> {
  const { faults, warnings } = await preflightTable(pool, schema, description, role);
  for (const { field } of [...faults, ...warnings]) expect(field).toBe(`table "${description.name}"`);
  return { faults: faults.map(({ message }) => message), warnings: warnings.map(({ message }) => message) };
}

const describeIn = (schema: string, table: string) => describeTable(database.pool, schema, table);
const nothing: Messages = { faults: [], warnings: [] };

describe('as a source', () => {
  test('a plain table has neither faults nor warnings', async () => {
    await database.run('plain', 'CREATE TABLE t (id int PRIMARY KEY, f float8, CHECK (id > 0)); CREATE INDEX ON t (f)');
    expect(await preflight('plain', await describeIn('plain', 't'), 'source')).toEqual(nothing);
    expect(await preflight('plain', await describeIn('plain', 't'), 'target')).toEqual(nothing);
  });

  test('all that is not carried is named', async () => {
    await database.run(
      'named',
      `CREATE EXTENSION lo SCHEMA public;
       CREATE UNLOGGED TABLE t (id int PRIMARY KEY DEFERRABLE, big public.lo, o oid); CREATE VIEW "V v" AS SELECT id FROM t;
       CREATE MATERIALIZED VIEW m AS SELECT id FROM t; CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
       CREATE TRIGGER "on Row" BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();
       CREATE RULE r AS ON DELETE TO t DO INSTEAD NOTHING; CREATE POLICY p ON t USING (true);
       CREATE STATISTICS stats ON id, o FROM t; ALTER TABLE t REPLICA IDENTITY FULL`,
    );
    const { faults, warnings } = await preflight('named', await describeIn('named', 't'), 'source');
    expect(faults).toEqual([]);
    expect(warnings.sort()).toEqual([
      'column big may name large objects: their numbers are carried, they are not',
      'column o may name large objects: their numbers are carried, they are not',
      'it is unlogged: the target is an ordinary table',
      'its primary key is deferrable: the target’s is not',
      'its replica identity is not carried',
      'policy p is not carried',
      'rule r is not carried',
      'statistics stats are not carried',
      'trigger "on Row" is not carried',
      'view "V v" is not carried',
      'view m is not carried',
    ]);
  });

  test('tables that inherit are a fault of the parent', async () => {
    await database.run(
      'heirs',
      'CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE child (PRIMARY KEY (id)) INHERITS (t)',
    );
    const parent = await preflight('heirs', await describeIn('heirs', 't'), 'source');
    expect(parent.faults).toEqual([
      'table child inherits from it, whose rows would be read twice: exclude one of them',
    ]);
    const child = await preflight('heirs', await describeIn('heirs', 'child'), 'source');
    expect(child).toEqual({ faults: [], warnings: ['it inherits from t: the target is a table of its own'] });
  });

  test('a partitioned table of this server alone: foreign partitions and own defaults are told', async () => {
    await database.run(
      'parts',
      `CREATE EXTENSION postgres_fdw SCHEMA public; CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw;
       CREATE TABLE t (id int, n int DEFAULT 1) PARTITION BY RANGE (id);
       CREATE FOREIGN TABLE far_part PARTITION OF t FOR VALUES FROM (1) TO (5) SERVER far`,
    );
    await database.run(
      'own',
      'CREATE TABLE t (id int PRIMARY KEY, n int DEFAULT 1) PARTITION BY RANGE (id); CREATE TABLE near PARTITION OF t DEFAULT; ALTER TABLE near ALTER n SET DEFAULT 2',
    );
    // A foreign partition rules a primary key out, so that the description comes from elsewhere.
    const own = await describeIn('own', 't');
    expect((await preflight('own', own, 'source')).warnings).toEqual([
      'the own defaults of its partition near are not carried',
    ]);
    expect((await preflight('parts', own, 'source')).faults).toEqual([
      'its partition far_part is a foreign table, which cannot be made elsewhere: detach it',
    ]);
  });

  test('what this user may not read is a fault, although he can describe it', async () => {
    await database.run(
      'secret',
      `CREATE TABLE hidden (id int PRIMARY KEY); ALTER TABLE hidden ENABLE ROW LEVEL SECURITY;
       CREATE SEQUENCE numbers; CREATE TABLE shut (id serial PRIMARY KEY, n int DEFAULT nextval('numbers'));
       CREATE ROLE reader LOGIN PASSWORD 'reader'; GRANT USAGE ON SCHEMA secret TO reader;
       GRANT SELECT ON hidden TO reader`,
    );
    const url = new URL(database.url);
    [url.username, url.password] = ['reader', 'reader'];
    // As the store's own connections: a policy is an error, not a smaller table.
    const reader = new pg.Pool({ connectionString: url.href, options: '-c row_security=off' });
    const shut = await describeTable(reader, 'secret', 'shut');
    const faultsOf = async (schema: string, description: TableDescription, role: 'source' | 'target') =>
      (await preflight(schema, description, role, reader)).faults.sort();
    try {
      expect(await faultsOf('secret', await describeTable(reader, 'secret', 'hidden'), 'source')).toEqual([
        'row security hides rows from this user: use its owner or a role with BYPASSRLS',
      ]);
      expect(await faultsOf('secret', shut, 'source')).toEqual([
        'this user may not read it: GRANT SELECT',
        'this user may not read its sequence numbers: GRANT SELECT',
        'this user may not read its sequence shut_id_seq: GRANT SELECT',
      ]);
      expect(await faultsOf('secret', { ...shut, name: 'new' }, 'target')).toEqual([
        'this user may not make tables in schema "secret": GRANT USAGE, CREATE ON SCHEMA',
      ]);
      expect(await faultsOf('not there', shut, 'target')).toEqual([
        'this user may not make tables in schema "not there": it is not there and must be made',
      ]);
    } finally {
      await reader.end();
      await database.run('secret', 'DROP OWNED BY reader; DROP ROLE reader');
    }
  });

  test('a key that is no number is told where it is found', async () => {
    await database.run('nan', 'CREATE TABLE t (k numeric PRIMARY KEY); INSERT INTO t VALUES (1)');
    expect(await preflight('nan', await describeIn('nan', 't'), 'source')).toEqual(nothing);
    await database.run('nan', "INSERT INTO t VALUES ('NaN')");
    expect((await preflight('nan', await describeIn('nan', 't'), 'source')).warnings).toEqual([
      'key column "k" has NaN or infinity in it, or may have, which other engines refuse in a key',
    ]);
  });

  test('a key without overlaps is refused', async () => {
    await database.run('temporal', 'CREATE EXTENSION btree_gist SCHEMA public');
    await database.run(
      'temporal',
      'SET search_path = temporal, public; CREATE TABLE t (id int, during daterange, PRIMARY KEY (id, during WITHOUT OVERLAPS))',
    );
    expect((await preflight('temporal', await describeIn('temporal', 't'), 'source')).faults).toEqual([
      'its primary key is WITHOUT OVERLAPS, by which no row can be put: exclude it',
    ]);
  });
});

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
