import { MemoryKeyValueDriver, openMemoryKeyValueStore } from '../../src/kv/memory-key-value-store.js';
import { kvConformance } from '../support/kv-conformance.js';

const thousands = { sequential: 3_000, interleaved: 3_000, leases: 400 };
kvConformance('memory', async () => new MemoryKeyValueDriver(10), thousands);

test('each store of the memory holds its own entries', async () => {
  const [one, other] = [openMemoryKeyValueStore(), openMemoryKeyValueStore()];
  const key = new Uint8Array([1]);
  await one.set(key, key, key);
  expect(await other.get(key, key)).toBeUndefined();
});
