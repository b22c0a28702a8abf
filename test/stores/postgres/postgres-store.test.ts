import type { Item } from '../../../src/stores/item.js';
import { readTable, testStore, writeItems, type TestStore } from './test-store.js';

let test_: TestStore;
beforeAll(async () => {
  test_ = await testStore();
});
afterAll(() => test_.stop());

test('smoke', async () => {
  const { client } = test_;
  await client.query(
    `CREATE TABLE "Mixed Case" ("B" text, a int, n numeric, f float8, t timestamptz, j jsonb, l int[], y bytea, gen int GENERATED ALWAYS AS (a * 2) STORED, PRIMARY KEY ("B", a))`,
  );
  await client.query(
    `INSERT INTO "Mixed Case" SELECT 'k' || i % 7, i, i / 3.0, i / 3.0, now(), '{"a":1}', ARRAY[i,NULL], '\\x00ff' FROM generate_series(1,200) i`,
  );
  const store = test_.open();
  const items = await readTable(store, 'Mixed Case', 7);
  expect(items).toHaveLength(200);
  console.log(items[0]);
  const description = await store.describe('Mixed Case');
  await client.query('ALTER TABLE "Mixed Case" RENAME TO old');
  await store.create(description);
  await writeItems(store, 'Mixed Case', items);
  await writeItems(store, 'Mixed Case', items);
  const back: Item[] = await readTable(store, 'Mixed Case', 3);
  expect(back).toEqual(items);
  const got = await store.get?.('Mixed Case', [
    { B: { S: 'k1' }, a: { N: '1' } },
    { B: { S: 'k1' }, a: { N: '2' } },
  ]);
  expect(got?.items[0]).toBeDefined();
  expect(got?.items[1]).toBeUndefined();
});
