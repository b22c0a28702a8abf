import { StoreUnavailableError, ThrottledError } from '../../../src/errors.js';
import type { Item } from '../../../src/stores/item.js';
import type { Page, Segment } from '../../../src/stores/store.js';
import { type TestDynamodb, testDynamodb } from '../../support/dynamodb.js';
import type { Mangling } from './mangling-proxy.js';
import { refusal, throttled } from './mangling-proxy.js';
import {
  created,
  ids,
  numbered,
  openProxiedStore,
  ownDescription,
  type ProxiedStore,
  writeAll,
} from './proxied-store.js';

const items = numbered(95);
let engine: TestDynamodb;
let proxied: ProxiedStore;
let whole: Segment;

beforeAll(async () => {
  engine = await testDynamodb();
  proxied = await openProxiedStore(engine);
  await created(proxied.store, ownDescription('orders'));
  await writeAll(proxied.store, 'orders', items);
  [whole] = (await proxied.store.split('orders', 1)) as [Segment];
});
beforeEach(() => {
  proxied.proxy.mangle = () => undefined;
  proxied.proxy.sent.length = 0;
  proxied.pausesMs.length = 0;
});
afterAll(async () => {
  await proxied.stop();
  await engine.stop();
});

/** Spoils the scans from `first` on, `times` of them. */
function spoilScans(mangling: Mangling, first: number, times: number): void {
  let scans = 0;
  proxied.proxy.mangle = ({ operation }) => {
    if (operation !== 'Scan') return undefined;
    scans += 1;
    return scans >= first && scans < first + times ? mangling : undefined;
  };
}

async function pagesOf(pages: AsyncIterable<Page>): Promise<Page[]> {
  const all: Page[] = [];
  for await (const page of pages) all.push(page);
  return all;
}

const itemsOf = (pages: readonly Page[]): Item[] => pages.flatMap((page) => page.items);

describe('reading a segment', () => {
  it('goes on from every page as if it had never stopped', async () => {
    const pages = await pagesOf(proxied.store.read(whole, undefined, { pageItems: 10 }));
    expect(ids(itemsOf(pages))).toEqual(ids(items));
    for (const [at, page] of pages.entries()) {
      const rest = await pagesOf(proxied.store.read(whole, page.cursor, { pageItems: 10 }));
      expect(itemsOf(rest)).toEqual(itemsOf(pages.slice(at + 1)));
    }
  });

  it('asks the engine no more once a segment was read to its end', async () => {
    const pages = await pagesOf(proxied.store.read(whole));
    proxied.proxy.sent.length = 0;
    expect(await pagesOf(proxied.store.read(whole, pages.at(-1)?.cursor))).toEqual([]);
    expect(proxied.proxy.sent).toEqual([]);
  });

  it('reads every item once, however many segments there are', async () => {
    const segments = await proxied.store.split('orders', 7);
    const pages = await Promise.all(segments.map((segment) => pagesOf(proxied.store.read(segment))));
    expect(ids(itemsOf(pages.flat()))).toEqual(ids(items));
  });

  it('reads ahead by one page and no more', async () => {
    const reading = proxied.store.read(whole, undefined, { pageItems: 10 })[Symbol.asyncIterator]();
    await reading.next();
    await reading.next();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(proxied.proxy.sent.filter(({ operation }) => operation === 'Scan')).toHaveLength(3);
    await reading.return?.();
  });

  it('asks for consistent reads and the units they take, unless told otherwise', async () => {
    const pages = await pagesOf(proxied.store.read(whole));
    await pagesOf(proxied.store.read(whole, undefined, { consistent: false }));
    const asked = proxied.proxy.sent.map(({ body }) => [body['ConsistentRead'], body['ReturnConsumedCapacity']]);
    expect(asked).toEqual([
      [true, 'TOTAL'],
      [false, 'TOTAL'],
    ]);
    expect(pages[0]?.usage).toMatchObject({ requests: 1, writeUnits: 0 });
    expect(pages[0]?.usage.readUnits).toBeGreaterThan(0);
  });

  it('measures what it read', async () => {
    const [page] = await pagesOf(proxied.store.read(whole));
    const expected = items.reduce((sum, item) => {
      const [id, at] = [item['id'] as { S: string }, item['at'] as { N: string }];
      return sum + 'id'.length + id.S.length + 'at'.length + (at.N.length >> 1) + 1;
    }, 0);
    expect(page?.sizeBytes).toBe(expected);
  });
});

describe('what is no end of a segment', () => {
  it.each<[string, Mangling]>([
    ['an answer that breaks off', 'cut'],
    ['a connection that breaks before the answer', 'lost'],
    ['an answer without a body', 'empty'],
    ['an answer without items', { status: 200, body: {} }],
    ['an error of the engine', { status: 500, body: { __type: 'x#InternalServerError' } }],
    ['an error of a proxy that speaks no JSON', { status: 502, body: [] }],
    ['throttling', throttled],
  ])('%s: asked again, every item is read', async (_what, mangling) => {
    spoilScans(mangling, 3, 2);
    const pages = await pagesOf(proxied.store.read(whole, undefined, { pageItems: 10 }));
    expect(ids(itemsOf(pages))).toEqual(ids(items));
    expect(pages.reduce((sum, page) => sum + page.usage.requests, 0)).toBe(pages.length + 2);
    expect(proxied.pausesMs).toHaveLength(2);
  });

  it.each<[string, Mangling, new () => Error]>([
    ['an answer that always breaks off', 'cut', StoreUnavailableError],
    ['connections that always break', 'lost', StoreUnavailableError],
    ['answers without a body', 'empty', StoreUnavailableError],
    ['throttling that does not end', throttled, ThrottledError],
  ])('%s: an error that can be tried again, after the pages before it', async (_what, mangling, error) => {
    spoilScans(mangling, 3, Infinity);
    const read: Page[] = [];
    const reading = (async () => {
      for await (const page of proxied.store.read(whole, undefined, { pageItems: 10 })) read.push(page);
    })();
    await expect(reading).rejects.toBeInstanceOf(error);
    expect(read).toHaveLength(2);
    proxied.proxy.mangle = () => undefined;
    const rest = await pagesOf(proxied.store.read(whole, read.at(-1)?.cursor, { pageItems: 10 }));
    expect(ids([...itemsOf(read), ...itemsOf(rest)])).toEqual(ids(items));
  });

  it('an answer that stops halfway and never goes on: counted as lost after the timeout', async () => {
    const impatient = proxied.reopen(200);
    spoilScans('stall', 2, 1);
    const pages = await pagesOf(impatient.read(whole, undefined, { pageItems: 50 }));
    expect(ids(itemsOf(pages))).toEqual(ids(items));
    expect(proxied.pausesMs).toHaveLength(1);
  });

  it('a missing right: told in words, and never tried again', async () => {
    spoilScans(refusal('AccessDeniedException', 'User: arn:aws:iam::1:user/u may not dynamodb:Scan'), 1, Infinity);
    await expect(pagesOf(proxied.store.read(whole))).rejects.toMatchObject({
      name: 'InputError',
      message: expect.stringMatching(/table "orders" in dynamodb:.*refused Scan.*may not dynamodb:Scan/) as string,
    });
    expect(proxied.pausesMs).toEqual([]);
  });

  it('a signature that is not accepted: told without the header that the engine repeats', async () => {
    spoilScans(refusal('IncompleteSignatureException', "Authorization='AWS4-HMAC-SHA256 Credential=AKIASECRET'"), 1, 1);
    const error = await pagesOf(proxied.store.read(whole)).catch((caught: unknown) => caught as Error);
    expect(error).toMatchObject({ name: 'InputError' });
    const told = JSON.stringify(error, Object.getOwnPropertyNames(error)) + String((error as Error).cause);
    expect(told).toContain('IncompleteSignatureException');
    expect(told).not.toContain('AKIASECRET');
  });

  it('a store that was closed: reading ends with an error at once', async () => {
    const store = proxied.reopen();
    const reading = store.read(whole, undefined, { pageItems: 10 })[Symbol.asyncIterator]();
    await reading.next();
    await store.close();
    await expect(
      (async () => {
        while (!(await reading.next()).done);
      })(),
    ).rejects.toBeInstanceOf(StoreUnavailableError);
    await expect(store.close()).resolves.toBeUndefined();
  });
});

describe('looking items up', () => {
  it('answers in the order of the keys, undefined for what is absent, repeated keys too', async () => {
    const keys = ['item-7', 'nobody', 'item-3', 'item-7'].map((id) => ({ id: { S: id } }));
    const { items: found, usage } = await proxied.store.get!('orders', keys);
    expect(found).toEqual([items[7], undefined, items[3], items[7]]);
    expect(usage.requests).toBe(1);
    expect(usage.readUnits).toBeGreaterThan(0);
  });

  it('looks up more than a request holds, and what came back as unprocessed', async () => {
    const keys = Array.from({ length: 205 }, (_, at) => ({ id: { S: `item-${at}` } }));
    const physical = `${proxied.prefix}orders`;
    let spoilt = 0;
    proxied.proxy.mangle = ({ operation, body }) => {
      const asked = (body.RequestItems as unknown as Record<string, { Keys: unknown[] }>)[physical];
      expect(asked?.Keys.length).toBeLessThanOrEqual(100);
      if (operation !== 'BatchGetItem' || (spoilt += 1) > 2) return undefined;
      return { status: 200, body: { Responses: { [physical]: [] }, UnprocessedKeys: { [physical]: asked } } };
    };
    const { items: found } = await proxied.store.get!('orders', keys);
    expect(found).toEqual([...items, ...Array.from({ length: 110 }, () => undefined)]);
  });

  it('never takes an empty answer for absence', async () => {
    proxied.proxy.mangle = () => 'empty';
    await expect(proxied.store.get!('orders', [{ id: { S: 'item-1' } }])).rejects.toBeInstanceOf(StoreUnavailableError);
  });
});
