import fc from 'fast-check';
import { ItemRefusedError } from '../../../src/errors.js';
import type { Item } from '../../../src/stores/item.js';
import type { Store } from '../../../src/stores/store.js';
import { readTable, withTestStore, writeItems, type TestStore } from './test-store.js';

let database: TestStore;
let store: Store;
withTestStore((made, opened) => ([database, store] = [made, opened]));

const row = (id: number, v?: string): Item => ({ id: { N: String(id) }, ...(v === undefined ? {} : { v: { S: v } }) });
const rowsOf = async (table: string) =>
  (await database.client.query(`SELECT * FROM ${table} ORDER BY id`)).rows as unknown[];

test('whatever is written in whatever batches, the last item of each key is there', async () => {
  await database.client.query('CREATE TABLE model (id int PRIMARY KEY, v text)');
  const batches = fc.array(
    fc.array(fc.tuple(fc.integer({ min: 1, max: 8 }), fc.option(fc.constantFrom('', 'a', 'b\tc\\N\n'))), {
      maxLength: 6,
    }),
    { maxLength: 6 },
  );
  await fc.assert(
    fc.asyncProperty(batches, async (given) => {
      await database.client.query('TRUNCATE model');
      const writer = store.writer('model', { unit: 0, position: 0 });
      const expected = new Map<number, Item>();
      for (const batch of given) {
        const items = batch.map(([id, v]) => row(id, v ?? undefined));
        for (const [at, [id]] of batch.entries()) expected.set(id, items[at]!);
        await writer.write(items);
        await writer.flush();
      }
      const ordered = [...expected].sort(([a], [b]) => a - b).map(([, item]) => item);
      expect(await readTable(store, 'model')).toEqual(ordered);
    }),
    { numRuns: 40 },
  );
});

test('keys that the database takes for equal are one row', async () => {
  await database.client.query('CREATE TABLE equal_keys (id numeric PRIMARY KEY, v text)');
  const item = (N: string, v: string): Item => ({ id: { N }, v: { S: v } });
  await writeItems(store, 'equal_keys', [item('1', 'a'), item('2', 'b'), item('1.00', 'c')]);
  await writeItems(store, 'equal_keys', [item('1E0', 'd')]);
  expect(await database.client.query('SELECT id::int, v FROM equal_keys ORDER BY id').then(({ rows }) => rows)).toEqual(
    [
      { id: 1, v: 'd' },
      { id: 2, v: 'b' },
    ],
  );
});

test('generated columns are left to the database, identity columns are written as they were', async () => {
  await database.client.query(`CREATE TABLE special (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, number int GENERATED ALWAYS AS IDENTITY (START 1000), twice int GENERATED ALWAYS AS (number * 2) STORED)`);
  const item = (id: number, number: number): Item => ({
    id: { N: String(id) },
    number: { N: String(number) },
    twice: { N: '1' },
  });
  await writeItems(store, 'special', [item(7, 70), item(8, 80)]);
  await writeItems(store, 'special', [item(8, 81), item(7, 70), item(9, 90)]);
  expect(await rowsOf('special')).toEqual([
    { id: 7, number: 70, twice: 140 },
    { id: 8, number: 81, twice: 162 },
    { id: 9, number: 90, twice: 180 },
  ]);
});

test('an absent attribute is NULL, also where the column has a default or held a value', async () => {
  await database.client.query("CREATE TABLE defaults (id int PRIMARY KEY, v text DEFAULT 'x')");
  await writeItems(store, 'defaults', [row(1), row(2, 'y')]);
  await writeItems(store, 'defaults', [row(2)]);
  expect(await rowsOf('defaults')).toEqual([
    { id: 1, v: null },
    { id: 2, v: null },
  ]);
});

test('a table of key columns alone and a partitioned table are written again without error', async () => {
  await database.client.query(`CREATE TABLE bare (id int, "place" int, PRIMARY KEY (id, place));
    CREATE TABLE spread (id int PRIMARY KEY, v text) PARTITION BY RANGE (id);
    CREATE TABLE spread_a PARTITION OF spread FOR VALUES FROM (0) TO (2);
    CREATE TABLE spread_b PARTITION OF spread DEFAULT`);
  const bare: Item = { id: { N: '1' }, place: { N: '2' } };
  for (let time = 0; time < 3; time += 1) {
    await writeItems(store, 'bare', [bare, bare]);
    await writeItems(store, 'spread', [row(1, 'a'), row(3, String(time))]);
  }
  expect(await readTable(store, 'bare')).toEqual([bare]);
  expect(await readTable(store, 'spread')).toEqual([row(1, 'a'), row(3, '2')]);
});

test('a writer says when a batch is full, and holds no more than two of them', async () => {
  await database.client.query('CREATE TABLE many (id int PRIMARY KEY, v text)');
  const writer = store.writer('many', { unit: 0, position: 0 });
  await writer.write(Array.from({ length: 4_999 }, (_, at) => row(at)));
  expect(writer.full).toBe(false);
  await writer.write([row(4_999)]);
  expect(writer.full).toBe(true);
  expect(await rowsOf('many')).toHaveLength(0);
  await writer.write(Array.from({ length: 5_001 }, (_, at) => row(5_000 + at)));
  expect(await rowsOf('many')).toHaveLength(10_000);
  expect(await writer.flush()).toEqual({ requests: 2, readUnits: 0, writeUnits: 0 });
  expect(await rowsOf('many')).toHaveLength(10_001);
  const wide = store.writer('many', { unit: 0, position: 0 });
  await wide.write([row(1, 'x'.repeat(9_000_000))]);
  expect(wide.full).toBe(true);
  await wide.abandon();
  expect(await wide.flush()).toEqual({ requests: 0, readUnits: 0, writeUnits: 0 });
});

test('what was committed before its checkpoint was saved is written again by the next call', async () => {
  await database.client.query('CREATE TABLE again (id int PRIMARY KEY, v text)');
  const items = Array.from({ length: 6_000 }, (_, at) => row(at, `v${at}`));
  await writeItems(store, 'again', items.slice(0, 3_000));
  const after = database.open();
  await writeItems(after, 'again', items.slice(1_000));
  expect(await readTable(after, 'again')).toEqual(items);
});

test('two writers of the same keys leave whole rows of one of them, and no error', async () => {
  await database.client.query('CREATE TABLE shared (id int PRIMARY KEY, v text, w text)');
  const write = async (text: string, order: 1 | -1) => {
    const items = Array.from({ length: 500 }, (_, at) => ({ ...row(at, text), w: { S: text } }));
    for (let time = 0; time < 5; time += 1) await writeItems(store, 'shared', order === 1 ? items : items.toReversed());
  };
  await Promise.all([write('one', 1), write('two', -1)]);
  const rows = (await rowsOf('shared')) as { v: string; w: string }[];
  expect(rows).toHaveLength(500);
  expect(rows.filter(({ v, w }) => v !== w)).toEqual([]);
});

describe('items that the table cannot hold are refused by name', () => {
  beforeAll(() =>
    database.client
      .query(`CREATE TABLE strict (id int, "Name" text, v varchar(3) NOT NULL, n int CHECK (n > 0), u int UNIQUE, t text,
      PRIMARY KEY (id, "Name"))`),
  );
  const good: Item = { id: { N: '1' }, Name: { S: 'a' }, v: { S: 'v' } };
  const cases: [string, Item, RegExp][] = [
    ['too long', { ...good, v: { S: 'long' } }, /"strict", key \{"id": "1", "Name": "a"\}, column "v": value too long/],
    ['no value', { id: { N: '1' }, Name: { S: 'a' } }, /key \{"id": "1", "Name": "a"\}, column "v": null value/],
    ['a violated check', { ...good, n: { N: '-1' } }, /key \{"id": "1", "Name": "a"\}: .*strict_n_check/],
    ['out of range', { ...good, n: { N: '1E20' } }, /column "n": value "100000000000000000000" is out of range/],
    ['no whole number', { ...good, n: { N: '1.5' } }, /key .*: attribute "n" is 1.5, which is no whole number/],
    ['another type', { ...good, n: { S: '1' } }, /attribute "n" is of the type S where the column takes N/],
    ['no column', { ...good, other: { S: 'x' } }, /attribute "other" has no column/],
    ['a column of every object', { ...good, toString: { S: 'x' } }, /attribute "toString" has no column/],
    ['U\\+0000', { ...good, t: { S: 'a\u0000' } }, /attribute "t" holds the character U\+0000/],
    ['half a surrogate pair', { ...good, t: { S: '\ud800' } }, /attribute "t" holds half a surrogate pair/],
    ['NULL', { ...good, t: { NULL: true } }, /attribute "t" is of the type NULL where the column takes S/],
    ['no key', { id: { N: '1' }, v: { S: 'v' } }, /column "Name": null value/],
  ];
  test.each(cases)('%s', async (_, item, message) => {
    const writing = writeItems(store, 'strict', [{ ...good, id: { N: '5' } }, item]);
    const error = await writing.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ItemRefusedError);
    expect(String(error)).toMatch(message);
    expect(await rowsOf('strict')).toEqual([]);
  });

  test('the key of another row in a further unique column', async () => {
    await writeItems(store, 'strict', [{ ...good, u: { N: '1' } }]);
    await expect(writeItems(store, 'strict', [{ ...good, id: { N: '2' }, u: { N: '1' } }])).rejects.toThrow(
      /table "strict".*strict_u_key.*\(u\)=\(1\)/,
    );
    await database.client.query('TRUNCATE strict');
  });
});
