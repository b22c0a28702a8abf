import { collect, description, filled, itemsOf, numbered, withStore, writeItems } from './subject.js';
import type { StoreSubject } from './subject.js';

export function closing(subject: StoreSubject): void {
  test('makes every later call fail, and twice is no error', () =>
    withStore(subject, async (store) => {
      await filled(store, numbered(0, 30));
      const [segment] = await store.split('orders', 1);
      if (segment === undefined) throw new Error('a table has at least one segment');
      await Promise.all([store.close(), store.close()]);
      await store.close();
      const calls = [
        () => collect(store.tables()),
        () => store.describe('orders'),
        () => store.create(description('others')),
        () => store.drop('orders'),
        () => collect(store.read(segment)),
        () => writeItems(store, numbered(0, 3)),
        () => store.finish(description()),
        () => store.get?.('orders', [{ id: { S: 'a' } }]) ?? Promise.reject(new Error('no look-ups')),
        () => store.remove?.('orders', [{ id: { S: 'a' } }]) ?? Promise.reject(new Error('no removing')),
      ];
      for (const call of calls) await expect(call()).rejects.toThrow();
    }));

  test('before the first call sends nothing and is no error', () =>
    withStore(subject, async (store) => {
      await store.close();
      await expect(itemsOf(store)).rejects.toThrow();
    }));

  test('says where the store is, without naming a secret', () =>
    withStore(subject, async (store) => {
      expect(store.location).toMatch(/^[a-z0-9]+:/);
      expect(store.location).not.toMatch(/:[^/@]+@/);
    }));
}
