import type { Store } from '../../../src/stores/store.js';

/** The store with pages of a few items, so that a unit of a small table has several places to go on from. */
export function inSmallPages(store: Store, pageItems: number): Store {
  const read: Store['read'] = (segment, from, options) => store.read(segment, from, { ...options, pageItems });
  return new Proxy(store, {
    get(_, property) {
      if (property === 'read') return read;
      // Private fields are the store's own, so its methods run on it.
      const value: unknown = Reflect.get(store, property, store);
      return typeof value === 'function' ? (value.bind(store) as unknown) : value;
    },
  });
}
