import pg from 'pg';
import { describeTable } from '../../../../src/stores/postgres/catalog/describe-table.js';
import type { TableDescription } from '../../../../src/stores/store.js';
import { withCatalogDatabase } from './database.js';
import type { CatalogDatabase } from './database.js';
import { nothing, preflightMessages } from './preflight-messages.js';

let database: CatalogDatabase;
withCatalogDatabase((made) => (database = made));

const preflight = (schema: string, description: TableDescription, role: 'source' | 'target', pool = database.pool) =>
  preflightMessages(pool, schema, description, role);
const describeIn = (schema: string, table: string) => describeTable(database.pool, schema, table);

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
