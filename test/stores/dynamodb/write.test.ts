import { ItemRefusedError, LeaseLostError, StoreUnavailableError, ThrottledError } from '../../../src/errors.js';
import type { Item } from '../../../src/stores/item.js';
import type { Fence } from '../../../src/stores/store.js';
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

let proxied: ProxiedStore;
let table = '';
let tables = 0;

beforeAll(async () => {
  proxied = await openProxiedStore();
});
beforeEach(async () => {
  table = `table-${(tables += 1)}`;
  proxied.proxy.mangle = () => undefined;
  await created(proxied.store, ownDescription(table));
  proxied.proxy.sent.length = 0;
  proxied.pausesMs.length = 0;
});
afterAll(() => proxied.stop());

const place = { unit: 0, position: 0 };

function batches(): number[] {
  return proxied.proxy.sent
    .filter(({ operation }) => operation === 'BatchWriteItem')
    .map(({ body }) => Object.values(body.RequestItems ?? {}).flat().length);
}

function fence(assertMaySend: () => void): Fence {
  return { token: 1, assertMaySend, partition: new Uint8Array(), key: new Uint8Array(), tokenOf: () => 1 };
}

const onWrites =
  (mangle: (sent: SentRequest, count: number) => ReturnType<ProxiedStore['proxy']['mangle']>) =>
  (sent: SentRequest): ReturnType<ProxiedStore['proxy']['mangle']> =>
    sent.operation === 'BatchWriteItem' ? mangle(sent, batches().length) : undefined;

describe('writing items', () => {
  it('sends 25 at a time, several batches at once but no more than eight, and counts what it cost', async () => {
    const writer = proxied.store.writer(table, place);
    await writer.write(numbered(510));
    const usage = await writer.flush();
    expect(batches().toSorted((a, b) => b - a)).toEqual([...Array.from({ length: 20 }, () => 25), 10]);
    const atOnce = proxied.proxy.mostAtOnce.get('BatchWriteItem') ?? 0;
    expect(atOnce).toBeGreaterThan(1);
    expect(atOnce).toBeLessThanOrEqual(8);
    expect(usage).toEqual({ requests: 21, readUnits: 0, writeUnits: 510 });
    expect(ids(await readAll(proxied.store, table))).toEqual(ids(numbered(510)));
  });

  it('sends nothing before its first item, and counts anew after each flush', async () => {
    const writer = proxied.store.writer(table, place);
    expect(proxied.proxy.sent).toEqual([]);
    expect(await writer.flush()).toMatchObject({ requests: 0 });
    await writer.write(numbered(3));
    expect(await writer.flush()).toMatchObject({ requests: 1, writeUnits: 3 });
    expect(await writer.flush()).toMatchObject({ requests: 0, writeUnits: 0 });
  });

  it('keeps a batch of large items far below 16 MB', async () => {
    const items = numbered(30).map((item) => ({ ...item, blob: { B: new Uint8Array(390_000) } }));
    await writeAll(proxied.store, table, items);
    expect(Math.max(...batches())).toBeLessThanOrEqual(8);
    expect(ids(await readAll(proxied.store, table))).toEqual(ids(items));
  });

  it('never has two items of one key in a batch or under way, and the later one wins', async () => {
    const underWay = new Set<string>();
    const clashes: string[] = [];
    proxied.proxy.mangle = ({ operation, body }) => {
      if (operation !== 'BatchWriteItem') return undefined;
      const keys = Object.values(body.RequestItems ?? {})
        .flat()
        .map((request) => JSON.stringify((request as { PutRequest: { Item: Item } }).PutRequest.Item['id']));
      for (const key of keys) {
        if (underWay.has(key)) clashes.push(key);
        underWay.add(key);
      }
      setImmediate(() => keys.forEach((key) => underWay.delete(key)));
      return undefined;
    };
    const writer = proxied.store.writer(table, place);
    const items = Array.from({ length: 400 }, (_, at): Item => ({
      id: { S: `k${(at * 7) % 30}` },
      at: { N: String(at) },
    }));
    for (let at = 0; at < items.length; at += 40) await writer.write(items.slice(at, at + 40));
    await writer.flush();
    expect(clashes).toEqual([]);
    const last = new Map(items.map((item) => [JSON.stringify(item['id']), item]));
    const found = await readAll(proxied.store, table);
    expect(new Map(found.map((item) => [JSON.stringify(item['id']), item]))).toEqual(last);
  });

  it('takes numbers that are equal for one key', async () => {
    await created(proxied.store, ownDescription(`${table}-n`, [{ name: 'n', type: 'N' }]));
    await writeAll(
      proxied.store,
      `${table}-n`,
      ['1', '1.0', '10E-1', '0.1e1', '2'].map((n) => ({ n: { N: n }, from: { S: n } })),
    );
    const found = await readAll(proxied.store, `${table}-n`);
    expect(found.map((item) => item['from'])).toEqual(expect.arrayContaining([{ S: '0.1e1' }, { S: '2' }]));
    expect(found).toHaveLength(2);
  });
});

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
      const isKept = JSON.stringify(kept) === JSON.stringify(each);
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

describe('a fence', () => {
  it('is asked before every send, the repeated ones too; after it says no, nothing is sent', async () => {
    let asked = 0;
    const lost = fence(() => {
      asked += 1;
      if (asked > 3) throw new LeaseLostError('over');
    });
    proxied.proxy.mangle = onWrites(() => throttled);
    const writer = proxied.store.writer(table, { ...place, fence: lost });
    await writer.write(numbered(1));
    await expect(writer.flush()).rejects.toBeInstanceOf(LeaseLostError);
    expect(batches()).toHaveLength(3);
  });

  it('keeps removing, making and dropping from being sent', async () => {
    const closed = fence(() => {
      throw new LeaseLostError('over');
    });
    await expect(proxied.store.remove!(table, [{ id: { S: 'a' } }], closed)).rejects.toBeInstanceOf(LeaseLostError);
    await expect(proxied.store.drop(table, closed)).rejects.toBeInstanceOf(LeaseLostError);
    await expect(proxied.store.create(ownDescription('never'), closed)).rejects.toBeInstanceOf(LeaseLostError);
    const operations = proxied.proxy.sent.map(({ operation }) => operation);
    expect(operations).not.toEqual(expect.arrayContaining([expect.stringMatching(/Write|Delete|Create/)]));
  });
});

describe('a writer that is given up', () => {
  it('sends no more, ends what is under way, and never throws', async () => {
    proxied.proxy.mangle = onWrites(() => 'stall');
    const writer = proxied.store.writer(table, place);
    await writer.write(numbered(60));
    await writer.abandon();
    const sent = batches().length;
    await writer.abandon();
    await expect(writer.flush()).rejects.toThrow();
    expect(batches()).toHaveLength(sent);
  });
});

describe('removing', () => {
  it('deletes these keys alone, in batches, again where unprocessed; absent and repeated keys are no error', async () => {
    await writeAll(proxied.store, table, numbered(60));
    proxied.proxy.sent.length = 0;
    let spoilt = 0;
    proxied.proxy.mangle = onWrites(() => ((spoilt += 1) === 1 ? 'partly' : undefined));
    const keys = [...numbered(55), ...numbered(3), { id: { S: 'nobody' } }].map(({ id }) => ({ id }) as Item);
    await proxied.store.remove!(table, keys);
    expect(ids(await readAll(proxied.store, table))).toEqual(ids(numbered(60).slice(55)));
    expect(Math.max(...batches())).toBe(25);
  });
});
