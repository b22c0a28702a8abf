import { LeaseLostError } from '../../../src/errors.js';
import type { Item } from '../../../src/stores/item.js';
import type { Fence } from '../../../src/stores/store.js';
import { type TestDynamodb, testDynamodb } from '../../support/dynamodb.js';
import { type SentRequest, throttled } from './mangling-proxy.js';
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

  it('looks at the table with two requests and no more before its first batch', async () => {
    await writeAll(proxied.reopen(), table, numbered(1));
    const operations = proxied.proxy.sent.map(({ operation }) => operation);
    expect(operations).toEqual(['DescribeTable', 'GetItem', 'BatchWriteItem']);
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
