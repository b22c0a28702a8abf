import type { Item } from '../../../src/stores/item.js';
import type { TableDescription } from '../../../src/stores/store.js';
import { type TestDynamodb, testDynamodb } from '../../support/dynamodb.js';
import type { SentBody } from './mangling-proxy.js';
import {
  created,
  foreignDescription,
  idKey,
  openProxiedStore,
  ownDescription,
  type ProxiedStore,
  readAll,
  writeAll,
} from './proxied-store.js';

let engine: TestDynamodb;
let proxied: ProxiedStore;

beforeAll(async () => {
  engine = await testDynamodb();
});
beforeEach(async () => {
  proxied = await openProxiedStore(engine);
});
afterEach(() => proxied.stop());
afterAll(() => engine.stop());

function sentOf(operation: string): SentBody[] {
  return proxied.proxy.sent.filter((sent) => sent.operation === operation).map(({ body }) => body);
}

describe('a table from another engine', () => {
  const key: TableDescription['key'] = [
    { name: 'shop', type: 'S' },
    { name: 'order', type: 'N' },
    { name: 'part', type: 'B' },
  ];
  const items: Item[] = ['', '\u0000', 'x'].flatMap((shop) =>
    ['-1.5', '0', '12345678901234567890123456789012345678'].map((order, at) => ({
      shop: { S: shop },
      order: { N: order },
      part: { B: new Uint8Array(at) },
      note: { S: `${shop}/${order}` },
    })),
  );
  const inOrder = (some: readonly Item[]): Item[] =>
    [...some].sort((a, b) => JSON.stringify(a['note']).localeCompare(JSON.stringify(b['note'])));

  it('carries three key columns through one sort key, empty values too, and describes itself as it was', async () => {
    const description = foreignDescription('lines', key);
    const identity = await created(proxied.store, description);
    await writeAll(proxied.store, 'lines', items);
    expect(sentOf('CreateTable').at(-1)).toMatchObject({
      AttributeDefinitions: [
        { AttributeName: 'shop', AttributeType: 'S' },
        { AttributeName: 'order+part', AttributeType: 'B' },
      ],
    });
    const other = proxied.reopen();
    expect(inOrder(await readAll(other, 'lines', 4))).toEqual(inOrder(items));
    const keys = items.map(({ shop, order, part }) => ({ shop, order, part }) as Item);
    expect((await other.get!('lines', keys)).items).toEqual(items);
    expect(await other.describe('lines')).toMatchObject({ key, origin: description.origin, identity });
    await other.remove!('lines', keys.slice(1));
    expect(await readAll(other, 'lines')).toEqual(items.slice(0, 1));
  });

  it.each([
    ['S' as const, { S: '' }],
    ['B' as const, { B: new Uint8Array() }],
  ])('carries empty keys of type %s beside those they could be taken for', async (type, empty) => {
    await created(
      proxied.store,
      foreignDescription('lines', [
        { name: 'a', type },
        { name: 'b', type },
      ]),
    );
    const zero = 'S' in empty ? { S: '\u0000' } : { B: Uint8Array.of(0) };
    const all: Item[] = [empty, zero].flatMap((a) => [empty, zero].map((b) => ({ a, b })));
    await writeAll(proxied.store, 'lines', all);
    const found = await readAll(proxied.store, 'lines');
    expect(found).toHaveLength(4);
    expect(found).toEqual(expect.arrayContaining(all));
  });

  it('is the table it was again after a Setup that was killed between making it and noting so', async () => {
    const description = foreignDescription('lines', key);
    proxied.proxy.mangle = ({ operation }) =>
      operation === 'PutItem' && sentOf('PutItem').length > 2 ? { status: 500, body: {} } : undefined;
    await expect(created(proxied.store, description)).rejects.toMatchObject({ name: 'StoreUnavailableError' });
    expect(sentOf('CreateTable')).not.toHaveLength(0);
    proxied.proxy.mangle = () => undefined;
    await created(proxied.reopen(), description);
    expect(await proxied.reopen().describe('lines')).toMatchObject({ key, origin: description.origin });
  });

  it('is a plain table once it was dropped and made anew', async () => {
    await created(proxied.store, foreignDescription('lines', idKey));
    while (!(await proxied.store.drop('lines')));
    await created(proxied.store, ownDescription('lines'));
    expect((await proxied.store.describe('lines')).origin.engine).toBe('dynamodb');
  });

  it.each<[string, Item, RegExp]>([
    ['without a further key column', { shop: { S: 'a' }, order: { N: '1' } }, /needs "order" \(N\), "part" \(B\)/],
    [
      'with a number that is too long for a key',
      { shop: { S: 'a' }, order: { N: '1'.repeat(39) }, part: { B: Buffer.of(1) } },
      /at most 38 digits/,
    ],
    [
      "with the sort key's name",
      { shop: { S: 'a' }, order: { N: '1' }, part: { B: Buffer.of(1) }, 'order+part': { S: 'x' } },
      /"order\+part" is the sort key's/,
    ],
    [
      'with more than 1,024 bytes of further columns',
      { shop: { S: 'a' }, order: { N: '1' }, part: { B: new Uint8Array(600) } },
      /more than 1024 bytes/,
    ],
  ])('refuses an item %s', async (_what, item, message) => {
    await created(proxied.store, foreignDescription('lines', key));
    await expect(writeAll(proxied.store, 'lines', [item])).rejects.toThrow(message);
  });

  it('must have a key: one column at least, none twice', async () => {
    const none = await proxied.store.preflight(foreignDescription('lines', []), 'target');
    expect(none.faults).toMatchObject([
      { field: 'table "lines"', message: expect.stringContaining('no primary key') as string },
    ]);
    const twice = await proxied.store.preflight(foreignDescription('lines', [...idKey, ...idKey]), 'target');
    expect(twice.faults).toMatchObject([{ field: 'table "lines", column "id"' }]);
  });
});
