import { InputError, ItemRefusedError, LeaseLostError, TableNotFoundError } from '../../../src/errors.js';
import type { Item } from '../../../src/stores/item.js';
import type { Fence, Store } from '../../../src/stores/store.js';
import { all } from './all.js';
import {
  itemsOf,
  numbered,
  orders,
  pagesOf,
  pathsOf,
  startTestArchive,
  writeParts,
  type TestArchive,
} from './test-archive.js';

describe.each(['disk', 's3'] as const)('an archive on %s', (kind) => {
  let archive: TestArchive;
  let store: Store;
  beforeEach(async () => {
    archive = await startTestArchive(kind);
    store = archive.open();
  });
  afterEach(() => archive.stop());

  test('has no tables before the first, and can be written', async () => {
    expect(await all(store.tables())).toEqual([]);
    await expect(store.describe('orders')).rejects.toThrow(TableNotFoundError);
    expect(await store.drop('orders')).toBe(true);
    expect(await store.preflight(orders, 'target')).toEqual({ faults: [], warnings: [] });
    expect(await pathsOf(archive.place)).toEqual([]);
  });

  test('holds what AWS lays out, and beside it what Carryover keeps', async () => {
    const { identity } = await store.create(orders);
    await writeParts(store, 12, 3, [numbered(0, 5)]);
    await store.finish(orders);
    const exported = `orders/AWSDynamoDB/${identity}`;
    expect(await pathsOf(archive.place)).toEqual([
      `${exported}/_started`,
      `${exported}/data/u00012-p000003.json.gz`,
      `${exported}/manifest-files.json`,
      `${exported}/manifest-files.md5`,
      `${exported}/manifest-summary.json`,
      `${exported}/manifest-summary.md5`,
      'orders/carryover/description.json',
      `orders/carryover/parts/${identity}/u00012-p000003.json`,
    ]);
    expect(identity).toMatch(/^\d{14}-[0-9a-f]{8}$/);
  });

  test('gives a table back as it was described, with another identity when it is made anew', async () => {
    const first = await store.create({ ...orders, ttlAttribute: 'expires' });
    expect(await store.create(orders)).toEqual(first);
    const described = { ...orders, ttlAttribute: 'expires', identity: first.identity };
    expect(await store.describe('orders')).toEqual(described);
    await writeParts(store, 0, 1, [numbered(0, 5)]);
    await store.finish(orders);
    expect(await archive.open().describe('orders')).toEqual({ ...described, items: 5, sizeBytes: expect.any(Number) });
    expect(await store.drop('orders')).toBe(true);
    expect((await store.create(orders)).identity).not.toBe(first.identity);
  });

  test('refuses a table that is there with another key', async () => {
    await store.create(orders);
    await expect(store.create({ ...orders, key: [{ name: 'id', type: 'N' }] })).rejects.toThrow(InputError);
  });

  test('makes one table when many make it at once', async () => {
    const made = await Promise.all(Array.from({ length: 8 }, () => archive.open().create(orders)));
    expect(new Set(made.map((table) => table.identity)).size).toBe(1);
  });

  test('is read while it is written: whole parts, each item once', async () => {
    await store.create(orders);
    await writeParts(store, 0, 1, [numbered(0, 25), numbered(25, 30)]);
    const open = store.writer('orders', { unit: 1, position: 1 });
    await open.write(numbered(100, 200));
    await writeParts(store, 2, 1, [numbered(200, 230)]);
    expect(await itemsOf(store)).toEqual([...numbered(0, 30), ...numbered(200, 230)]);
    await open.abandon();
    await store.finish(orders);
    expect(await itemsOf(store)).toEqual([...numbered(0, 30), ...numbered(200, 230)]);
    expect((await pathsOf(archive.place)).filter((path) => /u00001|tmp/.test(path))).toEqual([]);
  });

  test('goes on after any page, without an item lost or twice', async () => {
    await store.create(orders);
    await writeParts(store, 0, 1, [numbered(0, 25), numbered(25, 30), numbered(30, 60)]);
    const [segment] = await store.split('orders', 1);
    if (segment === undefined) throw new Error('no segment');
    const pages = await pagesOf(store, segment);
    expect(pages.map((page) => page.items.length)).toEqual([10, 10, 5, 5, 10, 10, 10]);
    for (const [index, page] of pages.entries()) {
      const rest = (await pagesOf(store, segment, page.cursor)).flatMap(({ items }) => items);
      expect(rest).toEqual(pages.slice(index + 1).flatMap(({ items }) => items));
    }
  });

  test('is split into disjoint segments of neighbouring files, of about one size', async () => {
    await store.create(orders);
    expect(await store.split('orders', 5)).toHaveLength(1);
    for (let unit = 0; unit < 9; unit++) await writeParts(store, unit, 1, [numbered(unit * 20, unit * 20 + 20)]);
    const segments = await store.split('orders', 4);
    const counts = await Promise.all(segments.map(async (segment) => (await pagesOf(store, segment)).length / 2));
    expect(counts).toHaveLength(4);
    expect(counts.every((count) => count >= 1 && count <= 3)).toBe(true);
    expect(await itemsOf(store, 'orders', 4)).toEqual(numbered(0, 180));
    expect(await store.split('orders', 100)).toHaveLength(9);
  });

  test('replaces a part whole, and removes what a killed call wrote beyond its checkpoint', async () => {
    await store.create(orders);
    await writeParts(store, 0, 1, [numbered(0, 10), numbered(10, 20), numbered(20, 30), numbered(30, 40)]);
    await writeParts(store, 1, 1, [numbered(100, 110)]);
    await store.finish(orders);
    // The checkpoint covers part 1; the unit goes on from there, with shorter parts.
    await writeParts(archive.open(), 0, 2, [numbered(10, 12), numbered(12, 14)]);
    expect(await itemsOf(store)).toEqual([...numbered(0, 14), ...numbered(100, 110)]);
    await store.finish(orders);
    expect(await itemsOf(store)).toEqual([...numbered(0, 14), ...numbered(100, 110)]);
  });

  test('removes what a killed call wrote also when nothing is left to write', async () => {
    await store.create(orders);
    await writeParts(store, 0, 1, [numbered(0, 10), numbered(10, 20)]);
    expect(await store.writer('orders', { unit: 0, position: 2 }).flush()).toMatchObject({ requests: 0 });
    expect(await itemsOf(store)).toEqual(numbered(0, 10));
  });

  test('does not read a part whose writer was killed before its sidecar, and removes it at the end', async () => {
    const { identity } = await store.create(orders);
    await writeParts(store, 0, 1, [numbered(0, 10), numbered(10, 20)]);
    await archive.place.remove([`orders/carryover/parts/${identity}/u00000-p000002.json`]);
    expect(await itemsOf(store)).toEqual(numbered(0, 10));
    await store.finish(orders);
    expect(await pathsOf(archive.place, `orders/AWSDynamoDB/${identity}/data`)).toHaveLength(1);
  });

  test.each([{ n: { N: '1' } }, { id: { N: '1' } }] satisfies Item[])(
    'refuses an item without its key: %p',
    async (item) => {
      await store.create(orders);
      const writer = store.writer('orders', { unit: 0, position: 1 });
      await expect(writer.write([...numbered(0, 3), item])).rejects.toThrow(ItemRefusedError);
      await expect(writer.write([item])).rejects.toThrow(/table "orders": .* has no "id" of type S/);
      await writer.abandon();
      expect(await itemsOf(store)).toEqual([]);
    },
  );

  test('says that a part is full by its compressed size', async () => {
    const small = archive.open({ partSizeBytes: 20_000 });
    await small.create(orders);
    const writer = small.writer('orders', { unit: 0, position: 1 });
    const random = (): Item[] => [{ id: { S: 'a' }, b: { B: crypto.getRandomValues(new Uint8Array(60_000)) } }];
    await writer.write(numbered(0, 10));
    expect(writer.full).toBe(false);
    for (let i = 0; i < 8 && !writer.full; i++) await writer.write(random());
    expect(writer.full).toBe(true);
    await writer.flush();
    expect(writer.full).toBe(false);
  });

  test('sends nothing more once the lease may be lost', async () => {
    await store.create(orders);
    await writeParts(store, 0, 1, [numbered(0, 10)]);
    let lost = false;
    const fence: Fence = {
      token: 1,
      partition: new Uint8Array(),
      key: new Uint8Array(),
      tokenOf: () => 1,
      assertMaySend: () => {
        if (lost) throw new LeaseLostError('the lease is lost');
      },
    };
    const late = store.writer('orders', { unit: 0, position: 1, fence });
    lost = true;
    await expect(late.write(numbered(10, 20))).rejects.toThrow(LeaseLostError);
    lost = false;
    const slow = store.writer('orders', { unit: 1, position: 1, fence });
    await slow.write(numbered(10, 20));
    lost = true;
    await expect(slow.flush()).rejects.toThrow(LeaseLostError);
    await expect(store.finish(orders, fence)).rejects.toThrow(LeaseLostError);
    await expect(store.drop('orders', fence)).rejects.toThrow(LeaseLostError);
    expect(await itemsOf(store)).toEqual(numbered(0, 10));
  });

  test('drops the files of one table and no others', async () => {
    const { identity } = await store.create(orders);
    await store.create({ ...orders, name: 'orders2' });
    await writeParts(store, 0, 1, [numbered(0, 10)]);
    await store.finish(orders);
    const before = await pathsOf(archive.place, 'orders2');
    await archive.place.put('orders/notes.txt', Buffer.from('mine'));
    await archive.place.put(`orders/AWSDynamoDB/${identity}/data/mine.json.gz`, Buffer.from('mine'));
    expect(await store.drop('orders')).toBe(true);
    expect(await all(archive.open().tables()).catch(() => 'refused')).toBe('refused');
    expect(await pathsOf(archive.place)).toEqual([
      `orders/AWSDynamoDB/${identity}/data/mine.json.gz`,
      'orders/notes.txt',
      ...before,
    ]);
  });

  test.each([2, 3, 5])(
    'is not there any more for anyone once a drop began, which was cut short at request %i',
    async (at) => {
      await store.create(orders);
      await writeParts(store, 0, 1, [numbered(0, 10), numbered(10, 20)]);
      let asked = 0;
      const assertMaySend = (): void => {
        if (++asked >= at) throw new LeaseLostError('the lease is lost');
      };
      const fence = { token: 1, partition: new Uint8Array(), key: new Uint8Array(), tokenOf: () => 1, assertMaySend };
      await expect(store.drop('orders', fence)).rejects.toThrow(LeaseLostError);
      expect(await all(store.tables())).toEqual([]);
      await expect(store.describe('orders')).rejects.toThrow(TableNotFoundError);
      await store.create(orders);
      expect(await itemsOf(store)).toEqual([]);
      expect(await pathsOf(archive.place)).toHaveLength(2);
    },
  );

  test('takes tables of any name, and refuses its own', async () => {
    const names = ['Orders.v2', 'a/b', '..', '.hidden', 'größe', 'x'.repeat(255), '__proto__', 'a!2Fb', 'carryover-2'];
    for (const name of names) await store.create({ ...orders, name });
    expect((await all(store.tables())).sort()).toEqual([...names].sort());
    for (const name of names) expect((await store.describe(name)).name).toBe(name);
    for (const name of ['carryover', '', 'ö'.repeat(100)]) {
      await expect(store.create({ ...orders, name })).rejects.toThrow(InputError);
      expect((await store.preflight({ ...orders, name }, 'target')).faults).toHaveLength(1);
    }
    for (const name of names) expect(await store.drop(name)).toBe(true);
    expect(await all(store.tables())).toEqual([]);
  });
});
