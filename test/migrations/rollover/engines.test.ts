import { randomUUID } from 'node:crypto';
import { CreateTableCommand, DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Ledger } from '../../../src/ledger/ledger.js';
import { rollover } from '../../../src/migrations/rollover/rollover.js';
import type { Item } from '../../../src/stores/item.js';
import { openDynamodbStore } from '../../../src/stores/dynamodb/dynamodb-store.js';
import type { Store } from '../../../src/stores/store.js';
import { itemOf, itemsOf, put } from '../../engine/memory-stores.js';
import { testStore, type TestStore } from '../../stores/postgres/test-store.js';
import { withTestLedgers } from '../../support/copy-run.js';
import { testDynamodb } from '../../support/dynamodb.js';
import { adopt, dayMs, readByName, runner, sorted, tablesOf, twelve } from './rolled-orders.js';

let ledger: Ledger;
withTestLedgers(1, ([made]) => (ledger = made));

/** Long, so that a busy machine loses none; a sixth of it must not be the time that the clock skips. */
const settings = { leaseMs: 20_000, requestTimeoutMs: 5_000 };

describe('a rollover in PostgreSQL', () => {
  let postgres: TestStore;
  let database: Store;
  beforeEach(async () => {
    postgres = await testStore();
    database = postgres.open();
    await adopt(database);
    const { client } = postgres;
    await client.query('CREATE TABLE people (id int PRIMARY KEY)');
    await client.query('INSERT INTO people SELECT generate_series(1, 5)');
    await client.query(`CREATE TABLE orders (
      id serial PRIMARY KEY, "row" int GENERATED ALWAYS AS IDENTITY, person int REFERENCES people (id),
      parent int REFERENCES orders (id), code text UNIQUE, total numeric CHECK (total > 0))`);
    await client.query('CREATE INDEX orders_total ON orders (total)');
    await client.query('CREATE INDEX "By person" ON orders (person)');
    await client.query(`INSERT INTO orders (person, parent, code, total)
      SELECT n % 5 + 1, nullif(n - 1, 0), 'c' || n, n FROM generate_series(1, 40) n`);
  });
  afterEach(() => postgres.stop());

  const column = async (sql: string): Promise<unknown[]> => {
    const { rows } = await postgres.client.query<{ value: unknown }>(sql);
    return rows.map(({ value }) => value);
  };

  test('goes from table to table with keys, indexes, sequences and references of its own', async () => {
    const steps = { 1: rollover({ table: 'orders' }), 2: rollover({ table: 'orders', keepOldFor: { days: 0 } }) };
    const { up, cleanup, clock } = runner(database, ledger, steps, { settings });
    const before = await itemsOf(database, 'orders');
    expect((await up()).run).toMatchObject({ exitCode: 0 });
    const { name, items } = await readByName(database);
    expect({ name, items }).toEqual({ name: 'orders_v2', items: before });
    clock.addedMs = 8 * dayMs;
    expect((await cleanup()).run.exitCode).toBe(0);
    expect((await tablesOf(database)).filter((table) => table !== 'people')).toEqual(['orders_v2']);
    const indexes = `SELECT c.relname AS value FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
      WHERE i.indrelid = 'orders_v2'::regclass ORDER BY 1`;
    expect(await column(indexes)).toEqual([
      'orders_v2_By person',
      'orders_v2_code_key',
      'orders_v2_pkey',
      'orders_v2_total',
    ]);
    const keys = `SELECT confrelid::regclass::text AS value FROM pg_constraint
      WHERE conrelid = 'orders_v2'::regclass AND contype = 'f' ORDER BY 1`;
    expect(await column(keys)).toEqual(['orders_v2', 'people']);
    const inserted = `INSERT INTO orders_v2 (person, parent, code, total) VALUES (1, 40, 'new', 1) RETURNING`;
    expect(await column(`${inserted} id * 100 + "row" AS value`)).toEqual([4_141]);
  });

  test('is refused where a view would go on with the old table', async () => {
    await postgres.client.query('CREATE VIEW totals AS SELECT total FROM orders');
    const { up } = runner(database, ledger, { 1: rollover({ table: 'orders' }) }, { settings });
    const { run } = await up();
    expect(run.exitCode).toBe(2);
    expect(run.error?.message).toMatch(
      /^0001_mark, table "orders": cannot be built anew: view totals depends on it, and would go on with the old table/,
    );
  });

  test('takes partitions with it', async () => {
    await postgres.client.query('CREATE TABLE days (day int, text text, PRIMARY KEY (day)) PARTITION BY RANGE (day)');
    await postgres.client.query('CREATE TABLE days_1 PARTITION OF days FOR VALUES FROM (0) TO (10)');
    await postgres.client.query('CREATE TABLE later PARTITION OF days DEFAULT');
    await postgres.client.query("INSERT INTO days SELECT n, 'day ' || n FROM generate_series(1, 20) n");
    const step = rollover({ table: 'days', keepOldFor: { days: 0 } });
    expect((await runner(database, ledger, { 1: step }, { settings }).up()).run).toMatchObject({ exitCode: 0 });
    expect((await readByName(database, 'days')).items).toHaveLength(20);
    const parts = "SELECT inhrelid::regclass::text AS value FROM pg_inherits WHERE inhparent = 'days_v1'::regclass";
    expect((await column(parts)).sort()).toEqual(['days_v1_1', 'days_v1_later']);
  });
});

describe('a rollover in DynamoDB', () => {
  let engine: Awaited<ReturnType<typeof testDynamodb>>;
  beforeAll(async () => {
    engine = await testDynamodb();
  });
  afterAll(() => engine.stop());

  test('keeps indexes where key and items stay, and drops the old table when its time has come', async () => {
    const prefix = `t${randomUUID().slice(0, 8)}-`;
    const { endpoint } = engine;
    const region = 'eu-west-1';
    const location = `dynamodb://${region}/${prefix}`;
    const database = openDynamodbStore({ region, endpoint, prefix, location, requestTimeoutMs: 10_000 });
    const client = new DynamoDBClient({ region, endpoint });
    await client.send(
      new CreateTableCommand({
        TableName: `${prefix}orders`,
        AttributeDefinitions: ['id', 'person'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        GlobalSecondaryIndexes: [
          {
            IndexName: 'by-person',
            KeySchema: [{ AttributeName: 'person', KeyType: 'HASH' }],
            Projection: { ProjectionType: 'ALL' },
          },
        ],
        BillingMode: 'PAY_PER_REQUEST',
      }),
    );
    const { origin, ...orders } = await ready(database, 'orders');
    expect(orders.key).toEqual([{ name: 'id', type: 'S' }]);
    await adopt(database);
    await put(database, 'orders', twelve);
    const transform = (item: Item): Item => ({ ...item, seen: { BOOL: true } });
    const steps = { 1: rollover({ table: 'orders' }), 2: rollover({ table: 'orders', transform }) };
    const { up, cleanup, clock } = runner(database, ledger, steps, { settings });
    expect((await up({ to: 1 })).run).toMatchObject({ exitCode: 0 });
    expect(await readByName(database)).toEqual({ name: 'orders_v1', items: sorted(twelve) });
    const { Table } = await client.send(new DescribeTableCommand({ TableName: `${prefix}orders_v1` }));
    expect(Table?.GlobalSecondaryIndexes?.map(({ IndexName }) => IndexName)).toEqual(['by-person']);
    expect((await up()).run).toMatchObject({ exitCode: 0 });
    expect((await readByName(database)).items).toEqual(sorted(twelve.map(transform)));
    clock.addedMs = 8 * dayMs;
    expect((await cleanup()).run.exitCode).toBe(0);
    expect(await tablesOf(database)).toEqual(['orders_v2']);
    expect([origin.engine, itemOf(0)['id']]).toEqual(['dynamodb', { S: 'item-0' }]);
    client.destroy();
    await database.close();
  });

  /** Tables are there a little after they were asked for. */
  async function ready(store: Store, table: string): ReturnType<Store['describe']> {
    for (;;) {
      const description = await store.describe(table);
      if ((await store.create(description)).ready) return description;
    }
  }
});
