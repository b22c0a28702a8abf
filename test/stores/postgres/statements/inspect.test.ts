import type { Store } from '../../../../src/stores/store.js';
import { withTestStore, type TestStore } from '../test-store.js';

let database: TestStore;
let store: Store;
withTestStore((made, opened) => ([database, store] = [made, opened]));

const inspect = (...statements: string[]) => store.sql!.inspect(statements);

test('each statement that can never be one of a transaction is named, and why', async () => {
  expect(await inspect('SELECT 1', '-- no more\n', 'COMMIT', 'SELECT 1; SELECT 2', 'SELEC 1')).toEqual([
    { field: 'statement 2', message: 'is empty' },
    { field: 'statement 3', message: expect.stringMatching(/^"COMMIT" begins, ends or changes the transaction/) },
    { field: 'statement 4', message: '"SELECT 1; SELECT 2" is several statements: give each a text of its own' },
    {
      field: 'statement 5',
      message: '"SELEC 1" fails at line 1, character 1: syntax error at or near "SELEC" (42601)',
    },
  ]);
});

test.each([
  'begin',
  'START TRANSACTION',
  ';;COMMIT AND CHAIN',
  '/* a /* b */ */ END',
  '--\nROLLBACK TO a',
  'ABORT',
  'SAVEPOINT a',
  'RELEASE a',
  "PREPARE TRANSACTION 'x'",
  'SET LOCAL TRANSACTION READ ONLY',
  'SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY',
  'VACUUM t',
  'CREATE DATABASE d',
  'DROP TABLESPACE s',
  'ALTER SYSTEM RESET ALL',
  'DISCARD ALL',
  'CREATE UNIQUE INDEX CONCURRENTLY i ON t (v)',
  'DROP INDEX CONCURRENTLY "i"',
  'REINDEX (CONCURRENTLY) TABLE t',
  'REINDEX INDEX CONCURRENTLY i',
  'ALTER TABLE t DETACH PARTITION "p" CONCURRENTLY',
  'COPY t (a) FROM STDIN',
  'COPY t TO STDOUT',
  'SELECT \u0000',
  "SELECT '\ud800'",
])('refused by its words: %j', async (statement) => {
  expect(await inspect(statement)).toHaveLength(1);
});

test.each([
  'REFRESH MATERIALIZED VIEW CONCURRENTLY v',
  'CREATE INDEX i ON concurrently_t (v)',
  'PREPARE p AS SELECT 1',
  'INSERT INTO not_there_yet VALUES (1, 2)',
  'SET LOCAL search_path = other',
  'COMMENT ON TABLE t IS $$COMMIT; VACUUM$$',
  'CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT 2; END;',
  'CREATE RULE r AS ON INSERT TO t DO ALSO (SELECT 1; SELECT 2)',
  'DO $$ BEGIN PERFORM 1; END $$',
  "COPY t FROM '/rows'",
])('not refused: %j', async (statement) => {
  expect(await inspect(statement)).toEqual([]);
});

test('a statement that fits no table yet is not refused, whatever code the server has for it', async () => {
  await database.client.query('CREATE TABLE narrow (a int)');
  expect(await inspect('INSERT INTO narrow VALUES (1, 2)')).toEqual([]);
});

test('nothing is run', async () => {
  await database.client.query('CREATE TABLE counted (n int); INSERT INTO counted VALUES (0); CREATE SEQUENCE numbers');
  await inspect(
    'UPDATE counted SET n = n + 1',
    "SELECT nextval('numbers')",
    'DROP TABLE counted',
    'CREATE TABLE made ()',
  );
  const { rows } = await database.client.query(
    "SELECT n, (SELECT is_called FROM numbers) AS called, to_regclass('made') AS made FROM counted",
  );
  expect(rows).toEqual([{ n: 0, called: false, made: null }]);
});
