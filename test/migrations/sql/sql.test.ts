import type { RunStatus } from '../../../src/engine/status/run-status.js';
import { savedChainForecast } from '../../../src/engine/tasks/forecast-chain.js';
import type { Json } from '../../../src/json.js';
import type { Ledger } from '../../../src/ledger/ledger.js';
import type { MigrationDefinition } from '../../../src/migrations/definition.js';
import { sql } from '../../../src/migrations/sql/sql.js';
import { openMemoryStore } from '../../../src/stores/memory/memory-store.js';
import type { Store } from '../../../src/stores/store.js';
import { history } from '../../../src/versions/history.js';
import { readState } from '../../../src/versions/state-entry.js';
import { testStore, type TestStore } from '../../stores/postgres/test-store.js';
import { runExecution, withTestLedgers, type CopyRunOptions } from '../../support/copy-run.js';

let ledger: Ledger;
withTestLedgers(1, ([first]) => (ledger = first));

let postgres: TestStore;
let database: Store;
beforeEach(async () => {
  postgres = await testStore();
  database = postgres.open();
});
afterEach(() => postgres.stop());

const create = sql({ statements: ['CREATE TABLE t (n int)', 'INSERT INTO t VALUES (0), (10)'] });
const increment = sql({ statements: ['UPDATE t SET n = n + 1'] });

/** Runs the chain of these migrations, whose numbers begin with 1. */
function up(
  definitions: readonly MigrationDefinition[],
  input: Json = {},
  options: Partial<CopyRunOptions> = {},
): Promise<RunStatus> {
  const migrations = definitions.map((definition, place) => {
    const [version, name] = [place + 1, 'change'];
    return { version, name, file: `000${version}_change.ts`, checksum: `sum-${version}`, definition };
  });
  const stores = { database };
  return runExecution(
    { stores, ledger, registry: { migrations }, project: { database: 'database' }, ...options },
    { up: input },
  );
}

const numbers = async (): Promise<number[]> => {
  const { rows } = await postgres.client.query<{ n: number }>('SELECT n FROM t ORDER BY n');
  return rows.map(({ n }) => n);
};
const versionOf = async (store: Store) => (await readState(store.keyValues))?.version;
const itemsInHistory = async () => {
  const items: number[] = [];
  for await (const entry of history(database.keyValues)) items.push(entry.items);
  return items;
};

test('statements are run once each, and the history says how many rows they changed', async () => {
  expect((await up([create, increment])).run).toMatchObject({ status: 'succeeded', exitCode: 0 });
  expect((await up([create, increment])).run.exitCode).toBe(0);
  expect(await numbers()).toEqual([1, 11]);
  expect(await versionOf(database)).toBe(2);
  expect(await itemsInHistory()).toEqual([2, 2]);
});

test('a dry run tells the statements, and touches nothing', async () => {
  await up([create]);
  const rows = () =>
    postgres.client.query('SELECT * FROM carryover ORDER BY partition, key').then((found) => found.rows);
  const before = await rows();
  const long = sql({ statements: ['-- adds\n  ALTER TABLE t\n  ADD COLUMN v text', 'DROP TABLE t'] });
  const { run } = await up([create, long], { dryRun: true });
  expect(run.exitCode).toBe(0);
  expect((await savedChainForecast(ledger, run.run))?.migrations).toMatchObject([
    {
      forecast: {
        notes: ['0002_change, statement 1 of 2: ALTER TABLE t …', '0002_change, statement 2 of 2: DROP TABLE t'],
      },
    },
  ]);
  expect(await rows()).toEqual(before);
  expect(await numbers()).toEqual([0, 10]);
});

describe('refused before anything is touched', () => {
  const cases: [string, MigrationDefinition, RegExp][] = [
    ['no statements', sql({ statements: [] }), /0001_change, statements: must be a list/],
    ['no list', sql({ statements: 'DROP TABLE t' as unknown as string[] }), /0001_change, statements: must be a list/],
    ['no text', sql({ statements: ['SELECT 1', 7 as unknown as string] }), /0001_change, statement 2: is number/],
    ['an empty one', sql({ statements: ['SELECT 1', ' -- nothing'] }), /0001_change, statement 2: is empty/],
    [
      'the end of the transaction',
      sql({ statements: ['SELECT 1', 'COMMIT'] }),
      /0001_change, statement 2: "COMMIT" begins/,
    ],
    ['bad syntax', sql({ statements: ['SELEC 1'] }), /syntax error at or near "SELEC"/],
    ['a store that is not declared', sql({ statements: ['SELECT 1'], store: 'other' }), /other/],
  ];
  test.each(cases)('%s', async (_, definition, message) => {
    const { run } = await up([definition]);
    expect(run).toMatchObject({ exitCode: 2, error: { name: 'InputError', message: expect.stringMatching(message) } });
    expect(await readState(database.keyValues)).toBeUndefined();
  });

  test('another engine', async () => {
    const { run } = await up([create], {}, { stores: { database: openMemoryStore() } });
    expect(run).toMatchObject({
      exitCode: 2,
      error: { message: expect.stringMatching(/run in PostgreSQL, and .* memory/) },
    });
  });
});

describe('a run that ends between the statements and the version', () => {
  const endedEarly = () =>
    up([create, increment], {}, { handlers: { Complete: () => Promise.reject(new TypeError('killed')) } });
  beforeEach(async () => {
    await up([create]);
    expect((await endedEarly()).run.exitCode).not.toBe(0);
    expect(await versionOf(database)).toBe(1);
  });

  test.each([{}, { fresh: true }])('is gone on with, and the statements are not repeated: %j', async (input) => {
    expect((await up([create, increment], input)).run.exitCode).toBe(0);
    expect(await numbers()).toEqual([1, 11]);
    expect(await itemsInHistory()).toEqual([2, 2]);
  });

  test('and begins anew with `onRerun: "restart"` does not repeat them either', async () => {
    const restarted = sql({ statements: ['UPDATE t SET n = n + 1'], onRerun: 'restart' });
    expect((await up([create, restarted])).run.exitCode).toBe(0);
    expect(await numbers()).toEqual([1, 11]);
  });

  test('runs them again where the database was set back to before them', async () => {
    const text = (value: string) => new TextEncoder().encode(value);
    await database.keyValues.delete(text('carryover/sql'), text('0000000002'));
    await postgres.client.query('UPDATE t SET n = n - 1');
    expect((await up([create, increment])).run.exitCode).toBe(0);
    expect(await numbers()).toEqual([1, 11]);
    expect(await versionOf(database)).toBe(2);
  });

  test('keeps others from taking their place', async () => {
    const { run } = await up([create, sql({ statements: ['UPDATE t SET n = n + 2'] })], { fresh: true });
    expect(run).toMatchObject({
      exitCode: 2,
      error: { message: expect.stringMatching(/0002_change, statements: were run at .*Z as they were/) },
    });
    expect(await numbers()).toEqual([1, 11]);
    expect((await up([create, increment])).run.exitCode).toBe(0);
  });
});

test('a statement that fails leaves the version as it was, and is run when it was mended', async () => {
  const failing = sql({ statements: ['UPDATE t SET n = n + 1', 'UPDATE t SET m = 1'] });
  const { run } = await up([create, failing]);
  const message = expect.stringMatching(
    /0002_change, statement 2: "UPDATE t SET m = 1" fails at line 1, character 14: column "m"/,
  );
  expect(run).toMatchObject({ exitCode: 3, error: { name: 'UnitsFailedError', message } });
  expect(await versionOf(database)).toBe(1);
  expect(await numbers()).toEqual([0, 10]);
  expect((await up([create, increment])).run.exitCode).toBe(0);
  expect(await numbers()).toEqual([1, 11]);
});

test('a statement that takes longer than a call is cancelled and named, and undoes those before it', async () => {
  const slow = sql({ statements: ['UPDATE t SET n = n + 1', 'SELECT pg_sleep(60)'] });
  const { run } = await up([create, slow], {}, { callMs: 4_000 });
  const message = expect.stringMatching(/0002_change, statement 2: .* was not done when the time of the call was over/);
  expect(run).toMatchObject({ exitCode: 3, error: { message } });
  expect(await numbers()).toEqual([0, 10]);
});

test('statements may be for another store than the database, where the marker lies then', async () => {
  const home = openMemoryStore();
  const stores = { database: home, other: database };
  const elsewhere = (statement: string) => sql({ statements: [statement], store: 'other' });
  const chain = [elsewhere('CREATE TABLE t (n int)'), elsewhere('INSERT INTO t VALUES (1)')];
  expect((await up(chain, {}, { stores })).run).toMatchObject({ exitCode: 0 });
  expect(await versionOf(home)).toBe(2);
  expect(await numbers()).toEqual([1]);
  expect(await readState(database.keyValues)).toBeUndefined();
  const text = (value: string) => new TextEncoder().encode(value);
  const entry = await database.keyValues.get(text('carryover/sql/database'), text('0000000002'));
  expect(JSON.parse(new TextDecoder().decode(entry?.value))).toMatchObject({
    items: 1,
    digest: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
});
