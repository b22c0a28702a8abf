import fc from 'fast-check';
import type { AttributeValue, Item } from '../../../../src/stores/item.js';
import { canonicalNumber, readableNumber } from '../../../../src/digest/decimal.js';
import { readTable, testStore, writeItems, type TestStore } from '../test-store.js';
import { definitions, types } from './arbitrary-texts.js';

let database: TestStore;

beforeAll(async () => {
  database = await testStore();
  await database.client.query(definitions);
});
afterAll(() => database.stop());

/** What another engine makes of the item: numbers in its own spelling. */
function throughAnotherEngine(item: Item): Item {
  const normal = (value: AttributeValue): AttributeValue => {
    if ('N' in value) return { N: readableNumber(value.N) };
    return 'L' in value ? { L: value.L.map(normal) } : value;
  };
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, normal(value)]));
}

async function carry(type: string, texts: readonly (string | null)[], by: (item: Item) => Item): Promise<Item[]> {
  const { client } = database;
  await client.query(`DROP TABLE IF EXISTS source, target;
    CREATE TABLE source (id int PRIMARY KEY, v ${type}); CREATE TABLE target (id int PRIMARY KEY, v ${type})`);
  await client.query(
    `INSERT INTO source SELECT place, text::${type} FROM unnest($1::text[]) WITH ORDINALITY given(text, place)`,
    [texts],
  );
  const store = database.open();
  const items = await readTable(store, 'source');
  await writeItems(store, 'target', items.map(by));
  await store.close();
  return items;
}

/** How many rows differ in their text, which is looked at with other settings than those it was carried with. */
async function differences(): Promise<number> {
  const { client } = database;
  await client.query("SET extra_float_digits = 3; SET IntervalStyle = 'postgres'; SET TimeZone = 'Asia/Kathmandu'");
  const { rows } = await client.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM source s FULL JOIN target t USING (id)
     WHERE s.v::text COLLATE "C" IS DISTINCT FROM t.v::text COLLATE "C" OR (s.id IS NULL) <> (t.id IS NULL)`,
  );
  return rows[0]?.n ?? -1;
}

describe.each(types)('$type', ({ type, texts }) => {
  test('every value is carried without loss, NULL too', async () => {
    const sample = [null, ...fc.sample(texts, 60)];
    const items = await carry(type, sample, (item) => item);
    expect(items).toHaveLength(sample.length);
    expect(items[0]).toEqual({ id: { N: '1' } });
    const numbers = items.flatMap((item) => (item['v'] !== undefined && 'N' in item['v'] ? [item['v'].N] : []));
    expect(numbers.filter((text) => canonicalNumber(text) === undefined)).toEqual([]);
    expect({ sample, different: await differences() }).toEqual({ sample, different: 0 });
  });
});

describe.each(types.filter(({ type }) => /^(int[248]|float[48]|numeric|oid)(\W|$)/.test(type)))(
  '$type',
  ({ type, texts }) => {
    test('every number is equal after an engine spelled it anew', async () => {
      const sample = fc.sample(texts, 60);
      await carry(type, sample, throughAnotherEngine);
      const { rows } = await database.client.query(
        'SELECT s.id FROM source s JOIN target t USING (id) WHERE s.v IS DISTINCT FROM t.v',
      );
      expect({ sample, different: rows }).toEqual({ sample, different: [] });
    });
  },
);
