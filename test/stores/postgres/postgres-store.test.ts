import { openMemoryStore } from '../../../src/stores/memory/memory-store.js';
import { openPostgresStore } from '../../../src/stores/postgres/postgres-store.js';
import type { Store } from '../../../src/stores/store.js';
import { storeConformance } from '../../support/store-conformance.js';
import { readTable, testStore, writeItems, type TestStore } from './test-store.js';

let database: TestStore;

beforeAll(async () => {
  database = await testStore();
});
afterAll(() => database.stop());

let schemas = 0;

storeConformance({
  name: 'postgres',
  open: async () => {
    schemas += 1;
    const schema = `conformance ${schemas}`;
    const store = openPostgresStore({
      connection: database.url,
      schema,
      location: `postgres://test?schema=${schemas}`,
      requestTimeoutMs: 10_000,
    });
    return {
      store,
      close: async () => {
        await store.close();
        await database.client.query(`DROP SCHEMA IF EXISTS "${schema}" CASCADE`);
      },
    };
  },
});

/** Carries a table as the engine does. */
async function carry(source: Store, target: Store, table: string): Promise<void> {
  const description = await source.describe(table);
  expect(await target.preflight(description, 'target')).toMatchObject({ faults: [] });
  await target.create(description);
  await writeItems(target, table, await readTable(source, table, 3));
  while (!(await target.finish(description)));
}

test('a table of PostgreSQL is the table it was, from schema to schema and by way of another engine', async () => {
  const { client } = database;
  await client.query(`CREATE TYPE mood AS ENUM ('sad', 'ok');
    CREATE TABLE "Orders" (
      "Id" bigint GENERATED ALWAYS AS IDENTITY, region char(2), total numeric(12,2), doubled numeric GENERATED ALWAYS AS (total * 2) STORED,
      tags text[], at timestamptz DEFAULT now(), feeling mood, body jsonb, PRIMARY KEY (region, "Id"));
    CREATE INDEX ON "Orders" (total);
    INSERT INTO "Orders" (region, total, tags, feeling, body)
      SELECT CASE WHEN i % 2 = 0 THEN 'de' ELSE 'fr' END, i / 7.0, ARRAY['a', NULL, i::text], 'ok', jsonb_build_object('i', i)
      FROM generate_series(1, 500) i`);
  const [source, second, third] = [
    database.open(),
    database.open({ schema: 'second' }),
    database.open({ schema: 'third' }),
  ];
  const between = openMemoryStore();
  await carry(source, second, 'Orders');
  await carry(second, between, 'Orders');
  await carry(between, third, 'Orders');
  const text = async (schema: string) => {
    const { rows } = await client.query(`SELECT t::text FROM "${schema.replaceAll('"', '""')}"."Orders" t ORDER BY 1`);
    return rows as unknown[];
  };
  const original = await text(database.schema);
  expect(original).toHaveLength(500);
  expect(await text('second')).toEqual(original);
  expect(await text('third')).toEqual(original);
  const { rows } = await client.query(`INSERT INTO third."Orders" (region) VALUES ('xx') RETURNING "Id"::int AS id`);
  expect(rows).toEqual([{ id: 501 }]);
  expect(await third.describe('Orders')).toMatchObject({ key: (await source.describe('Orders')).key });
});

test("Carryover's own table is not there for anybody", async () => {
  const store = database.open({ schema: 'own' });
  await store.keyValues.set(Buffer.from('p'), Buffer.from('k'), Buffer.from('v'));
  const names: string[] = [];
  for await (const name of store.tables()) names.push(name);
  expect(names).toEqual([]);
  await expect(store.describe('carryover')).rejects.toThrow(/not in/);
  await expect(store.split('carryover', 1)).rejects.toThrow(/not in/);
  await store.drop('carryover');
  expect(await store.keyValues.get(Buffer.from('p'), Buffer.from('k'))).toBeDefined();
});

test('a schema that does not exist is told from one that holds no tables', async () => {
  expect(await database.open({ schema: 'nowhere' }).absence?.()).toBe('schema "nowhere" does not exist');
  expect(await database.open().absence?.()).toBeUndefined();
});
