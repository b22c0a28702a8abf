import type { KeyValueStore } from '../../kv/key-value-store.js';

/** The store, each of whose writes asks `assertMaySend` first. Closing it does nothing: others use the one beneath. */
export function fencedKeyValues(store: KeyValueStore, assertMaySend: () => void): KeyValueStore {
  return {
    get: (...at) => store.get(...at),
    async set(...entry) {
      assertMaySend();
      await store.set(...entry);
    },
    async setIf(...entry) {
      assertMaySend();
      return await store.setIf(...entry);
    },
    async delete(...at) {
      assertMaySend();
      await store.delete(...at);
    },
    scan: (...range) => store.scan(...range),
    close: () => Promise.resolve(),
  };
}
