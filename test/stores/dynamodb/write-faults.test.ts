import { ItemRefusedError, StoreUnavailableError, ThrottledError } from '../../../src/errors.js';
import type { Item } from '../../../src/stores/item.js';
import { type TestDynamodb, testDynamodb } from '../../support/dynamodb.js';
import { refusal, type SentRequest, throttled } from './mangling-proxy.js';
import {
  created,
  ids,
  numbered,
  openProxiedStore,
  ownDescription,
  type ProxiedStore,
  readAll,
  writeAll,
} from './proxied-store.js';

let engine: TestDynamodb;
let proxied: ProxiedStore;
let table = '';
let tables = 0;

beforeAll(async () => {
  engine = await testDynamodb();
  proxied = await openProxiedStore(engine);
});
beforeEach(async () => {
  table = `table-${(tables += 1)}`;
  proxied.proxy.mangle = () => undefined;
  await created(proxied.store, ownDescription(table));
  proxied.proxy.sent.length = 0;
  proxied.pausesMs.length = 0;
});
afterAll(async () => {
  await proxied.stop();
  await engine.stop();
});

const place = { unit: 0, position: 0 };

function batches(): number[] {
  return proxied.proxy.sent
    .filter(({ operation }) => operation === 'BatchWriteItem')
    .map(({ body }) => Object.values(body.RequestItems ?? {}).flat().length);
}

const onWrites =
  (mangle: (sent: SentRequest, count: number) => ReturnType<ProxiedStore['proxy']['mangle']>) =>
  (sent: SentRequest): ReturnType<ProxiedStore['proxy']['mangle']> =>
    sent.operation === 'BatchWriteItem' ? mangle(sent, batches().length) : undefined;

/** The attributes of an item in one order, `__proto__` among them. */
function entriesOf(item: Item): string {
  return JSON.stringify(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)));
}

describe('what the engine does not acknowledge', () => {
  it('unprocessed items are sent again until every one is taken', async () => {
    proxied.proxy.mangle = onWrites(() => 'partly');
    const items = numbered(60);
    await writeAll(proxied.store, table, items);
    expect(ids(await readAll(proxied.store, table))).toEqual(ids(items));
    expect(batches()).toHaveLength(60);
    expect(proxied.pausesMs.length).toBeGreaterThan(50);
  });

  it('items that are never processed: throttled, after a bounded number of growing pauses, naming keys', async () => {
    proxied.proxy.mangle = onWrites(({ body }) => ({ status: 200, body: { UnprocessedItems: body.RequestItems } }));
    const error = await writeAll(proxied.store, table, numbered(3)).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ThrottledError);
    expect(String(error)).toMatch(/3 items were not acknowledged, \{"id":"item-0"\}/);
    expect(proxied.pausesMs).toEqual([50, 100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000, 5000]);
  });

  it.each([
    ['a lost answer', 'lost' as const],
    ['an answer that breaks off', 'cut' as const],
    ['an answer without a body', 'empty' as const],
    ['an answer that acknowledges nothing', { status: 200, body: {} }],
    ['throttling', throttled],
  ])('%s: sent again, nothing is missing', async (_what, mangling) => {
    proxied.proxy.mangle = onWrites((_sent, count) => (count % 2 === 1 ? mangling : undefined));
    const items = numbered(80);
    await writeAll(proxied.store, table, items);
    expect(ids(await readAll(proxied.store, table))).toEqual(ids(items));
  });

  it('an engine that is gone: an error that says what may be missing, from flush or a later write', async () => {
    proxied.proxy.mangle = onWrites(() => 'lost');
    const writer = proxied.store.writer(table, place);
    await writer.write(numbered(2));
    const error = await writer.flush().catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(StoreUnavailableError);
    expect(String(error)).toContain('2 items were not acknowledged');
    await expect(writer.write(numbered(1))).rejects.toBe(error);
  });

  it('a flush never returns while one of many batches failed', async () => {
    proxied.proxy.mangle = onWrites((_sent, count) => (count === 7 ? refusal('AccessDeniedException') : undefined));
    const writer = proxied.store.writer(table, place);
    await expect(
      (async () => {
        await writer.write(numbered(500));
        await writer.flush();
      })(),
    ).rejects.toMatchObject({ name: 'InputError' });
    await writer.abandon();
  });
});

describe('an item that the engine does not take', () => {
  it.each<[string, Item, RegExp]>([
    ['one above 400 KB', { id: { S: 'bad' }, a: { S: 'x'.repeat(410_000) } }, /"bad".*size/i],
    ['one without its key', { other: { S: 'bad' } }, /key attribute "id" is not there/],
    ['one whose key is of another type', { id: { N: '1' } }, /"id" is of type N, not S/],
    ['one with an empty key', { id: { S: '' } }, /"id" is an empty string/],
    ['one with a key above 2,048 bytes', { id: { S: 'ü'.repeat(1025) } }, /"id" has more than 2048 bytes/],
    ['one with a number beyond 38 digits', { id: { S: 'bad' }, n: { N: '1'.repeat(39) } }, /"bad"/],
  ])('%s is named; what was good in its batch is written', async (_what, bad, message) => {
    const good = numbered(20);
    const writer = proxied.store.writer(table, place);
    const writing = (async () => {
      await writer.write([...good.slice(0, 10), bad]);
      await writer.flush();
    })();
    const error = await writing.catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ItemRefusedError);
    expect(String(error)).toMatch(message);
    expect(String(error)).toContain(`table "${table}"`);
    await writer.abandon();
  });

  it('the good items of its batch are written all the same', async () => {
    const bad: Item = { id: { S: 'bad' }, a: { S: 'x'.repeat(410_000) } };
    const items = numbered(20);
    await expect(writeAll(proxied.store, table, [...items.slice(0, 19), bad])).rejects.toBeInstanceOf(ItemRefusedError);
    expect((await readAll(proxied.store, table)).length).toBeGreaterThan(9);
  });

  it('an attribute named __proto__ is carried, or refused where the engine loses it; never lost without a word', async () => {
    const item: Item = Object.fromEntries([
      ['id', { S: 'a' }],
      ['__proto__', { S: 'kept' }],
    ]);
    const deep: Item = { id: { S: 'b' }, list: { L: [{ M: Object.fromEntries([['__proto__', { N: '1' }]]) }] } };
    for (const each of [item, deep]) {
      const outcome = await writeAll(proxied.reopen(), table, [each]).catch((caught: unknown) => caught);
      const {
        items: [kept],
      } = await proxied.store.get!(table, [{ id: each['id'] as { S: string } }]);
      const isKept = kept !== undefined && entriesOf(kept) === entriesOf(each);
      expect(isKept || outcome instanceof ItemRefusedError).toBe(true);
    }
  });
});

describe('an engine that acknowledges an attribute named __proto__ and loses it', () => {
  it('is found out by reading one such item back', async () => {
    proxied.proxy.mangle = onWrites(() => ({ status: 200, body: { UnprocessedItems: {} } }));
    const item: Item = { id: { S: 'a' }, map: { M: Object.fromEntries([['__proto__', { N: '1' }]]) } };
    await expect(writeAll(proxied.reopen(), table, [item])).rejects.toThrow(
      /\{"id":"a"\}: this engine does not keep attributes that are named "__proto__"/,
    );
  });
});
