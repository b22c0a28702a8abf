import { ItemRefusedError, LeaseLostError, TableNotFoundError } from '../../../src/errors.js';
import type { Item } from '../../../src/stores/item.js';
import type { Fence, Store } from '../../../src/stores/store.js';
import { collect, created, description, filled, formsOf, itemsOf, numbered, writeItems } from './subject.js';
import { withStore, type StoreSubject } from './subject.js';

export function writing(subject: StoreSubject): void {
  test('in many small steps and one large one makes all of it durable at the flush', () =>
    withStore(subject, async (store) => {
      await created(store, description());
      const writer = store.writer('orders', { unit: 0, position: 0 });
      for (let from = 0; from < 60; from += 3) await writer.write(numbered(from, from + 3));
      await writer.write([]);
      await writer.write(numbered(60, 400));
      const usage = await writer.flush();
      expect(usage.requests).toBeGreaterThan(0);
      expect(usage.readUnits).toBe(0);
      expect(formsOf(await itemsOf(store))).toEqual(formsOf(numbered(0, 400)));
    }));

  test('goes on after a flush, and a flush of nothing is no error', () =>
    withStore(subject, async (store) => {
      await created(store, description());
      const writer = store.writer('orders', { unit: 0, position: 0 });
      await writer.flush();
      for (const from of [0, 30, 60]) {
        await writer.write(numbered(from, from + 30));
        await writer.flush();
      }
      await writer.flush();
      expect(formsOf(await itemsOf(store))).toEqual(formsOf(numbered(0, 90)));
    }));

  test('by several units at once, from items that the caller goes on to change', () =>
    withStore(subject, async (store) => {
      await created(store, description());
      const units = [0, 1, 2, 3].map(async (unit) => {
        const items: Item[] = numbered(unit * 100, unit * 100 + 100);
        const writer = store.writer('orders', { unit, position: 0 });
        await writer.write(items);
        await writer.flush();
        items.length = 0;
      });
      await Promise.all(units);
      expect(formsOf(await itemsOf(store))).toEqual(formsOf(numbered(0, 400)));
    }));

  test('again what is there changes nothing, and other attributes replace the item whole', () =>
    withStore(subject, async (store) => {
      await filled(store, numbered(0, 100));
      if (!store.capabilities.merge) {
        // A part that is written again replaces what the same unit wrote from that position on.
        await writeItems(
          store,
          numbered(0, 100).filter((_, index) => index % 5 === 0),
        );
        return expect(formsOf(await itemsOf(store))).toEqual(formsOf(numbered(0, 100)));
      }
      await writeItems(store, numbered(0, 100));
      expect(formsOf(await itemsOf(store))).toEqual(formsOf(numbered(0, 100)));
      const changed = numbered(0, 10).map(({ id }): Item => ({ ...(id && { id }), other: { BOOL: true } }));
      await writeItems(store, changed, { position: 1 });
      expect(formsOf(await itemsOf(store))).toEqual(formsOf([...changed, ...numbered(10, 100)]));
    }));

  test('a key twice keeps the last, in one write and in two', () =>
    withStore(subject, async (store) => {
      await created(store, description());
      if (!store.capabilities.merge) return;
      const version = (id: string, at: number): Item => ({ id: { S: id }, at: { N: String(at) } });
      const writer = store.writer('orders', { unit: 0, position: 0 });
      const ids = Array.from({ length: 30 }, (_, index) => `order ${index}`);
      await writer.write([version('a', 1), ...ids.map((id) => version(id, 1)), version('a', 2), version('a', 3)]);
      await writer.write(ids.map((id) => version(id, 2)));
      await writer.flush();
      const expected = [version('a', 3), ...ids.map((id) => version(id, 2))];
      expect(formsOf(await itemsOf(store))).toEqual(formsOf(expected));
    }));

  test('that is abandoned can be done again by another writer', () =>
    withStore(subject, async (store) => {
      await created(store, description());
      const unused = store.writer('orders', { unit: 0, position: 0 });
      await unused.abandon();
      const writer = store.writer('orders', { unit: 0, position: 0 });
      await writer.write(numbered(0, 50));
      await writer.flush();
      await writer.write(numbered(50, 100));
      await writer.abandon();
      await writer.abandon();
      await writeItems(store, numbered(50, 100), { position: 1 });
      expect(formsOf(await itemsOf(store))).toEqual(formsOf(numbered(0, 100)));
    }));

  test('into a table that is not there throws TableNotFoundError', () =>
    withStore(subject, async (store) => {
      await expect(writeItems(store, numbered(0, 3))).rejects.toThrow(TableNotFoundError);
    }));

  test('an item without its key, or with a key of another type, is refused by name', () =>
    withStore(subject, async (store) => {
      await created(store, description());
      if (!store.capabilities.merge) return;
      for (const item of [{ other: { S: 'x' } }, { id: { N: '1' } }] satisfies Item[]) {
        await expect(writeItems(store, [item])).rejects.toThrow(ItemRefusedError);
        await expect(writeItems(store, [item])).rejects.toThrow(/orders[^]*id/);
      }
      expect(await itemsOf(store)).toEqual([]);
    }));

  test('is done under a lease that lives, and nothing is done under one that was lost', () =>
    withStore(subject, async (store) => {
      const holder = await leased(store, () => undefined);
      await created(store, description());
      const writer = store.writer('orders', { unit: 0, position: 0, fence: holder });
      await writer.write(numbered(0, 30));
      await writer.flush();
      const late: Fence = { ...holder, assertMaySend: fail };
      await expect(writeUnder(store, late)).rejects.toThrow(LeaseLostError);
      await expect(store.create(description('others'), late)).rejects.toThrow(LeaseLostError);
      await expect(store.drop('orders', late)).rejects.toThrow(LeaseLostError);
      await expect(
        store.remove?.('orders', [{ id: { S: 'order 00000' } }], late) ?? Promise.reject(new LeaseLostError()),
      ).rejects.toThrow(LeaseLostError);
      expect(await collect(store.tables())).toEqual(['orders']);
      expect(formsOf(await itemsOf(store))).toEqual(formsOf(numbered(0, 30)));
    }));
}

function fail(): never {
  throw new LeaseLostError('the lease ran out');
}

async function writeUnder(store: Store, fence: Fence): Promise<void> {
  const writer = store.writer('orders', { unit: 1, position: 0, fence });
  try {
    await writer.write(numbered(100, 130));
    await writer.flush();
  } finally {
    await writer.abandon();
  }
}

/** A fence whose token is the one in the state entry. */
async function leased(store: Store, assertMaySend: () => void): Promise<Fence> {
  const [partition, key] = [Buffer.from('state'), Buffer.from('copy')];
  await store.keyValues.set(partition, key, Buffer.from('7'));
  return { token: 7, assertMaySend, partition, key, tokenOf: (value) => Number(Buffer.from(value).toString()) };
}
