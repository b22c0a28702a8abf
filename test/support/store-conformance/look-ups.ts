import { TableNotFoundError } from '../../../src/errors.js';
import { keyOf } from '../../../src/stores/item.js';
import { created, description, filled, formOf, formsOf, idColumn, itemsOf, numbered, withStore } from './subject.js';
import type { StoreSubject } from './subject.js';

export function lookUps(subject: StoreSubject): void {
  test('are there exactly where the capabilities say so', () =>
    withStore(subject, async (store) => {
      expect(store.get !== undefined).toBe(store.capabilities.get);
      expect(store.remove !== undefined).toBe(store.capabilities.remove);
    }));

  test('give the items of hundreds of keys in the order of the keys, absent and repeated ones too', () =>
    withStore(subject, async (store) => {
      if (store.get === undefined) return;
      const items = numbered(0, 250);
      await filled(store, items);
      const wanted = [...items.toReversed(), ...numbered(900, 960), ...items.slice(0, 5)];
      const answer = await store.get(
        'orders',
        wanted.map((item) => keyOf(item, [idColumn])),
      );
      const expected = wanted.map((item) => (items.some((one) => one['id'] === item['id']) ? item : undefined));
      expect(answer.items.map(formOf)).toEqual(expected.map(formOf));
      expect(answer.usage.requests).toBeGreaterThan(0);
      expect((await store.get('orders', [])).items).toEqual([]);
    }));

  test('of a table that is not there throw TableNotFoundError', () =>
    withStore(subject, async (store) => {
      const key = { id: { S: 'order 00000' } };
      if (store.get !== undefined) await expect(store.get('orders', [key])).rejects.toThrow(TableNotFoundError);
      if (store.remove !== undefined) await expect(store.remove('orders', [key])).rejects.toThrow(TableNotFoundError);
    }));

  test('removing takes the named items alone; absent and repeated keys are no error', () =>
    withStore(subject, async (store) => {
      if (store.remove === undefined) return;
      await filled(store, numbered(0, 200));
      const gone = [...numbered(50, 180), ...numbered(500, 540), ...numbered(50, 60)];
      const keys = gone.map((item) => keyOf(item, [idColumn]));
      await store.remove('orders', keys);
      await store.remove('orders', keys);
      await store.remove('orders', []);
      expect(formsOf(await itemsOf(store))).toEqual(formsOf([...numbered(0, 50), ...numbered(180, 200)]));
    }));

  test('of an empty table find nothing', () =>
    withStore(subject, async (store) => {
      if (store.get === undefined) return;
      await created(store, description());
      expect((await store.get('orders', [{ id: { S: '' } }])).items).toEqual([undefined]);
    }));
}
