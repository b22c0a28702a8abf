import fc from 'fast-check';
import pg from 'pg';
import type { AttributeValue, Item } from '../../../src/stores/item.js';
import { keyOf } from '../../../src/stores/item.js';
import { openPostgresStore } from '../../../src/stores/postgres/postgres-store.js';
import type { KeyColumn, Store, TableDescription } from '../../../src/stores/store.js';
import { canonicalItem } from '../../../src/digest/canonical.js';
import { readTable, withTestStore, writeItems, type TestStore } from './test-store.js';

let database: TestStore;
let store: Store;
withTestStore((made, opened) => ([database, store] = [made, opened]));

function described(name: string, key: KeyColumn[]): TableDescription {
  return {
    name,
    identity: 'of another engine',
    key,
    origin: { engine: 'dynamodb', metadata: { billing: 'on demand' } },
  };
}

const text = fc.oneof(
  fc.constantFrom('', '__proto__', 'toString', 'item', '\u0000', '\ud800', '\\u0000', '"', '\t\\N\n'),
  fc.string({ unit: 'binary', maxLength: 5 }),
);
const number = fc.oneof(
  fc.constantFrom('0', '-1.50', '1E-130', '9.9E+125', '12345678901234567890123456789012345678'),
  fc.integer().map(String),
);
const bytes = fc.uint8Array({ maxLength: 5 });
const { value } = fc.letrec<{ value: AttributeValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    text.map((S) => ({ S })),
    number.map((N) => ({ N })),
    bytes.map((B) => ({ B })),
    fc.boolean().map((BOOL) => ({ BOOL })),
    fc.constant<AttributeValue>({ NULL: true }),
    fc.uniqueArray(text, { minLength: 1, maxLength: 3 }).map((SS) => ({ SS })),
    fc.uniqueArray(number, { minLength: 1, maxLength: 3 }).map((NS) => ({ NS })),
    fc.array(bytes, { minLength: 1, maxLength: 3 }).map((BS) => ({ BS })),
    fc.array(tie('value'), { maxLength: 3 }).map((L) => ({ L })),
    fc
      .array(fc.tuple(text, tie('value')), { maxLength: 3 })
      .map((entries) => ({ M: Object.fromEntries(entries) as Item })),
  ),
}));
const attributes = fc.array(fc.tuple(text, value), { maxLength: 4 });
const keyText = fc.string({
  unit: fc.oneof(fc.constantFrom('\u0000', '\u0001', 'a'), fc.string({ unit: 'binary', maxLength: 1 })),
  maxLength: 6,
});

const canonical = (items: readonly (Item | undefined)[]) =>
  items.map((item) => (item === undefined ? '' : canonicalItem(item))).sort();

const keys: [string, KeyColumn[], fc.Arbitrary<Item>][] = [
  [
    'strings',
    [
      { name: 'item', type: 'S' },
      { name: '__proto__', type: 'S' },
    ],
    fc.tuple(keyText, keyText).map(
      ([a, b]) =>
        Object.fromEntries([
          ['item', { S: a }],
          ['__proto__', { S: b }],
        ]) as Item,
    ),
  ],
  ['numbers', [{ name: 'n', type: 'N' }], number.map((N) => ({ n: { N } }))],
  [
    'binaries and numbers',
    [
      { name: 'B"', type: 'B' },
      { name: 'n', type: 'N' },
    ],
    fc.tuple(bytes, number).map(([B, N]) => ({ 'B"': { B }, n: { N } })),
  ],
];

test.each(keys)('any items of another engine with keys of %s are the same again', async (name, key, arbitraryKey) => {
  await store.create(described(name, key));
  const items = fc.uniqueArray(
    fc
      .tuple(arbitraryKey, attributes)
      .map(
        ([own, others]) =>
          Object.fromEntries([
            ...others.filter(([other]) => !key.some((column) => column.name === other)),
            ...Object.entries(own),
          ]) as Item,
      ),
    { selector: (item) => canonicalItem(keyOf(item, key)), maxLength: 20 },
  );
  await fc.assert(
    fc.asyncProperty(items, async (given) => {
      await database.client.query(`TRUNCATE ${pg.escapeIdentifier(name)}`);
      await writeItems(store, name, given);
      await writeItems(store, name, given);
      expect(canonical(await readTable(store, name, 3))).toEqual(canonical(given));
      const got = await store.get!(
        name,
        given.map((item) => keyOf(item, key)),
      );
      expect(got.items.map((item) => canonical([item]))).toEqual(given.map((item) => canonical([item])));
      await store.remove!(
        name,
        given.map((item) => keyOf(item, key)),
      );
      expect(await readTable(store, name)).toEqual([]);
    }),
    { numRuns: 25 },
  );
});

test('strings of a key are read in the order of their bytes', async () => {
  await store.create(described('ordered', [{ name: 'k', type: 'S' }]));
  const given = ['b', 'B', 'ä', 'a\u0000', 'a', 'a\u0001', '\u0000', '\u0001', '𝒳', '\uffff', 'a\u0000\u0000'];
  await writeItems(
    store,
    'ordered',
    given.map((S) => ({ k: { S } })),
  );
  const read = (await readTable(store, 'ordered')).map(({ k }) => (k as { S: string }).S);
  expect(read).toEqual(given.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
});

test('the table is described as the other engine described it, and is another table once it was made anew', async () => {
  const description = described('kept', [{ name: 'k', type: 'S' }]);
  const { identity } = await store.create(description);
  expect(await store.create(description)).toEqual({ ready: true, identity });
  await writeItems(store, 'kept', [{ k: { S: 'a' }, v: { L: [] } }]);
  const elsewhere = database.open();
  expect(await elsewhere.describe('kept')).toMatchObject({ ...description, identity, items: 1 });
  expect(await readTable(elsewhere, 'kept')).toEqual([{ k: { S: 'a' }, v: { L: [] } }]);
  expect(await store.finish(description)).toBe(true);

  await database.client.query('DROP TABLE kept; CREATE TABLE kept (k text PRIMARY KEY, v int)');
  const anew = database.open();
  expect((await anew.describe('kept')).origin.engine).toBe('postgres');
});

test('columns that somebody changed are an error, not another table', async () => {
  await store.create(described('altered', [{ name: 'k', type: 'S' }]));
  await database.client.query('ALTER TABLE altered DROP COLUMN item');
  await expect(readTable(database.open(), 'altered')).rejects.toThrow(/no longer those/);
});

test('an item that is no DynamoDB JSON is named by its key', async () => {
  await store.create(described('damaged', [{ name: 'k', type: 'S' }]));
  await database.client.query(`INSERT INTO damaged VALUES ('x', '{"a":1}')`);
  await expect(readTable(store, 'damaged')).rejects.toThrow(/the item of the key .*"x".* is no DynamoDB JSON/);
});

test('a key that is too long for an index is refused by name', async () => {
  await store.create(described('long', [{ name: 'k', type: 'S' }]));
  const S = Array.from({ length: 3000 }, () => String.fromCharCode(33 + Math.floor(Math.random() * 90))).join('');
  await expect(writeItems(store, 'long', [{ k: { S } }])).rejects.toThrow(/table "long", key .*: index row size/);
});

test('a database that is not UTF-8 holds every item too', async () => {
  const name = `latin_${process.pid}`;
  await database.client.query(`CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'`);
  const connection = new URL(database.url);
  connection.pathname = `/${name}`;
  const latin = openPostgresStore({
    connection: connection.href,
    schema: 's',
    location: 'latin',
    requestTimeoutMs: 5_000,
  });
  const items: Item[] = [
    { k: { S: '\u0000𝒳' }, '𝒳': { M: { ф: { S: 'é\u0000 𝒳' } } } },
    { k: { S: 'é' }, v: { SS: ['ф'] } },
  ];
  try {
    await latin.create(described('t', [{ name: 'k', type: 'S' }]));
    await writeItems(latin, 't', items);
    expect(await readTable(latin, 't')).toEqual(items);
    expect((await latin.get!('t', [{ k: { S: 'é' } }])).items).toEqual([items[1]]);
  } finally {
    await latin.close();
    await database.client.query(`DROP DATABASE ${name}`);
  }
});
