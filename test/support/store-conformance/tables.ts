import { TableNotFoundError } from '../../../src/errors.js';
import type { TableDescription } from '../../../src/stores/store.js';
import { collect, created, description, dropped, filled, formsOf, idColumn, itemsOf, numbered } from './subject.js';
import { withStore, writeItems, type StoreSubject } from './subject.js';

export function tables(subject: StoreSubject): void {
  test('are listed once created, each once, and no more once dropped', () =>
    withStore(subject, async (store) => {
      expect(await collect(store.tables())).toEqual([]);
      const names = Array.from({ length: 12 }, (_, index) => `table-${String(index).padStart(2, '0')}_x.Y`);
      for (const name of names) await created(store, description(name));
      expect((await collect(store.tables())).sort()).toEqual(names);
      await dropped(store, 'table-03_x.Y');
      expect((await collect(store.tables())).sort()).toEqual(names.filter((name) => name !== 'table-03_x.Y'));
    }));

  test('that are not there are TableNotFoundError to describe, and dropped already', () =>
    withStore(subject, async (store) => {
      await expect(store.describe('orders')).rejects.toThrow(TableNotFoundError);
      await expect(store.describe('orders')).rejects.toMatchObject({ table: 'orders' });
      expect(await store.drop('orders')).toBe(true);
    }));

  test('are created once: again keeps items and identity; anew after a drop has another identity and no items', () =>
    withStore(subject, async (store) => {
      await filled(store, numbered(0, 20));
      const { identity } = await store.describe('orders');
      expect(await created(store, description())).toBe(identity);
      expect(await created(store, { ...description(), items: 7, identity: 'another' })).toBe(identity);
      expect(formsOf(await itemsOf(store))).toEqual(formsOf(numbered(0, 20)));
      await dropped(store, 'orders');
      const next = await created(store, description());
      expect(next).not.toBe(identity);
      expect((await store.describe('orders')).identity).toBe(next);
      expect(await itemsOf(store)).toEqual([]);
    }));

  test('of another key than the one that is there are refused, and nothing is changed', () =>
    withStore(subject, async (store) => {
      await filled(store, numbered(0, 20));
      const other = description('orders', [{ name: 'number', type: 'N' }]);
      await expect(created(store, other)).rejects.toThrow(/orders/);
      expect((await store.describe('orders')).key).toEqual([idColumn]);
      expect(formsOf(await itemsOf(store))).toEqual(formsOf(numbered(0, 20)));
    }));

  test('from another engine are described as they were there, also by another process', () =>
    withStore(subject, async (store, { reopen }) => {
      const given = foreign();
      const identity = await created(store, given);
      const others = reopen === undefined ? [store] : [store, await reopen()];
      for (const each of others) {
        const { items: _items, sizeBytes: _sizeBytes, ...described } = await each.describe('orders');
        expect(described).toEqual({ ...given, identity });
      }
      const item = { pk: { S: 'a' }, line: { N: '1' }, part: { B: Uint8Array.of(0) }, more: { S: 'x' } };
      await writeItems(store, [item]);
      for (const each of others) expect(formsOf(await itemsOf(each))).toEqual(formsOf([item]));
    }));

  test('that were made anew forget what the table of their name was before', () =>
    withStore(subject, async (store) => {
      await created(store, foreign());
      await dropped(store, 'orders');
      const plain = description();
      await created(store, plain);
      expect(await store.describe('orders')).toMatchObject({ key: plain.key, origin: plain.origin });
    }));

  test('can be carried out and in as preflight says, and finished more than once', () =>
    withStore(subject, async (store) => {
      expect((await store.preflight(description(), 'target')).faults).toEqual([]);
      await filled(store, numbered(0, 100));
      expect((await store.preflight(await store.describe('orders'), 'source')).faults).toEqual([]);
      for (let times = 0; times < 2; times += 1) while (!(await store.finish(description())));
      expect(formsOf(await itemsOf(store))).toEqual(formsOf(numbered(0, 100)));
    }));

  test("are never Carryover's own, whatever is asked", () =>
    withStore(subject, async (store) => {
      const [partition, key, value] = ['p', 'k', 'v'].map((text) => Buffer.from(text)) as [Buffer, Buffer, Buffer];
      await store.keyValues.set(partition, key, value);
      await created(store, description());
      expect(await collect(store.tables())).toEqual(['orders']);
      const own = description('carryover');
      expect((await store.preflight(own, 'target')).faults).toHaveLength(1);
      await expect(created(store, own)).rejects.toThrow(/carryover/i);
      await expect(store.describe('carryover')).rejects.toThrow(/carryover/i);
      await expect(writeItems(store, numbered(0, 1), { table: 'carryover' })).rejects.toThrow(/carryover/i);
      await store.drop('carryover').catch(() => undefined);
      expect(Buffer.from((await store.keyValues.get(partition, key))?.value ?? [])).toEqual(value);
    }));
}

/** A table of three key columns, with metadata that only its own engine understands. */
function foreign(): TableDescription {
  const metadata = {
    columns: Array.from({ length: 200 }, (_, index) => ({ name: `column "${index}"`, type: 'numeric(38,4)' })),
    odd: ['é', '\u0000', null, true, 1.5, { __proto__: null, nested: [[]] }],
  };
  return {
    ...description('orders', [
      { name: 'pk', type: 'S' },
      { name: 'line', type: 'N' },
      { name: 'part', type: 'B' },
    ]),
    ttlAttribute: 'expires',
    origin: { engine: 'memory', metadata },
  };
}
