import type { Ledger } from '../../../src/ledger/ledger.js';
import { quarantined } from '../../../src/migrations/quarantine/quarantine.js';
import pg from 'pg';
import { openDynamodbStore } from '../../../src/stores/dynamodb/dynamodb-store.js';
import type { Item } from '../../../src/stores/item.js';
import { openPostgresStore } from '../../../src/stores/postgres/postgres-store.js';
import type { Store } from '../../../src/stores/store.js';
import { changeState } from '../../../src/versions/state-entry.js';
import { itemsOf, put } from '../../engine/memory-stores.js';
import { runExecution, testLedger } from '../../support/copy-run.js';
import { testDynamodb } from '../../support/dynamodb.js';
import { testPostgres } from '../../support/postgres.js';
import { carry, registryOf } from './carry.js';

let dynamodb: Store;
let postgres: Store;
let ledger: Ledger;
let url: string;
const endings: (() => Promise<void>)[] = [];
beforeAll(async () => {
  const [engine, server] = await Promise.all([testDynamodb(), testPostgres()]);
  ledger = await testLedger(engine.endpoint);
  const { endpoint } = engine;
  url = server.url;
  dynamodb = openDynamodbStore({
    ...{ region: 'us-east-1', endpoint, prefix: 'changes-', location: 'dynamodb://test', requestTimeoutMs: 5_000 },
  });
  postgres = openPostgresStore({
    ...{ connection: server.url, schema: 'public', location: 'postgres://test', requestTimeoutMs: 10_000 },
  });
  endings.push(...[ledger, dynamodb, postgres].map((opened) => () => opened.close()));
  endings.push(
    () => engine.stop(),
    () => server.stop(),
  );
});
afterAll(async () => {
  for (const end of endings) await end();
});

const orders = 60;

/** Orders with their lines inside, as they lie in one table of DynamoDB. */
const orderOf = (id: number): Item => ({
  pk: { S: `order#${id}` },
  total: { N: `${id}.25` },
  lines: { L: [{ S: 'apples' }, { S: 'pears' }] },
});

/** A line is an item of its own, found by the number of its order. */
function lines(item: Item): Item[] {
  const { S: pk } = item['pk'] as { S: string };
  if (pk === 'order#13') throw new Error('an unlucky order');
  const { L: names } = item['lines'] as { L: { S: string }[] };
  return names.map((name, place) => ({
    order: { N: pk.slice('order#'.length) },
    place: { N: String(place) },
    // No string of PostgreSQL can hold it: as an attribute it can be carried.
    name: { S: `${name.S}\u0000` },
  }));
}

const key = [
  { name: 'order', type: 'N' },
  { name: 'place', type: 'N' },
] as const;

describe('a table of DynamoDB', () => {
  test('becomes one of PostgreSQL with other items, another key and another name', async () => {
    await dynamodb.create({
      ...{ name: 'orders', identity: '', key: [{ name: 'pk', type: 'S' }] },
      origin: { engine: 'memory', metadata: null },
    });
    await put(
      dynamodb,
      'orders',
      Array.from({ length: orders }, (_, id) => orderOf(id)),
    );
    const stores = { source: dynamodb, target: postgres, ledger };
    const { run } = await carry(stores, { changes: { orders: { as: 'lines', key, transform: lines } }, quarantine: 1 });
    expect(run).toMatchObject({ status: 'succeeded', exitCode: 0 });
    const carried = await itemsOf(postgres, 'lines');
    expect(carried).toHaveLength((orders - 1) * 2);
    expect(carried).toContainEqual({ order: { N: '7' }, place: { N: '1' }, name: { S: 'pears\u0000' } });
    const kept: Item[] = [];
    for await (const { item } of quarantined(ledger, run.attempt ?? '')) kept.push(item);
    expect(kept).toEqual([orderOf(13)]);
  });

  test('goes back with an item that DynamoDB refuses for its size, kept whole in quarantine', async () => {
    const stores = { source: postgres, target: dynamodb, ledger };
    const transform = (item: Item): Item =>
      (item['order'] as { N: string }).N === '20' ? { ...item, blob: { S: 'x'.repeat(410_000) } } : item;
    const options = { tables: ['lines'], changes: { lines: { as: 'lines-again', transform } }, quarantine: 2 };
    const { run } = await carry(stores, options);
    expect(run).toMatchObject({ status: 'succeeded', exitCode: 0 });
    expect(await itemsOf(dynamodb, 'lines-again')).toHaveLength((orders - 2) * 2);
    const kept: string[] = [];
    for await (const { key: text, error } of quarantined(ledger, run.attempt ?? '')) kept.push(`${text} ${error}`);
    expect(kept.sort()).toEqual(
      [0, 1].map((place) => `{"order":{"N":"20"},"place":{"N":"${place}"}} ItemRefusedError`),
    );
  });
});

describe('a table of PostgreSQL', () => {
  test('gets a second one beside it, with indexes, constraints and sequences of its own', async () => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(`CREATE TABLE clients (id serial PRIMARY KEY, email text UNIQUE, city text CHECK (city <> ''));
      CREATE INDEX by_city ON clients (city);
      INSERT INTO clients (email, city) SELECT n || '@example.com', 'Oslo' FROM generate_series(1, 50) n`);
    await changeState(postgres.keyValues, (state) => ({ ...state, baseline: 0, version: 0 }));
    const registry = registryOf(
      { from: 'target', tables: ['clients'], changes: { clients: { as: 'clients_2' } } },
      'b',
    );
    const all = { stores: { target: postgres }, ledger, project: { database: 'target' }, registry };
    const { run } = await runExecution(all, { up: { fresh: true } });
    expect(run).toMatchObject({ exitCode: 0 });
    const { rows } = await client.query<{ count: number; next: number }>(
      `SELECT (SELECT count(*)::int FROM pg_indexes WHERE tablename = 'clients_2') AS count,
        nextval(pg_get_serial_sequence('clients_2', 'id'))::int AS next`,
    );
    await client.end();
    expect(rows).toEqual([{ count: 3, next: 51 }]);
    expect(await itemsOf(postgres, 'clients_2')).toEqual(await itemsOf(postgres, 'clients'));
  });
});
