import { OutcomeUnknownError, PredicateFailedError } from '../../src/errors.js';
import { checkedStore } from '../../src/kv/checked-store.js';
import { MemoryKeyValueDriver, openMemoryKeyValueStore } from '../../src/kv/memory-key-value-store.js';
import { update } from '../../src/kv/update.js';
import { bytes } from '../support/kv-bytes.js';
import { faultyDriver } from '../../src/kv/conformance/faulty-driver.js';

const [p, k] = [bytes('p'), bytes('k')];
const quick = { retry: { attempts: 5, baseMs: 1, capMs: 2 } };

describe('update', () => {
  test('gives the change what is there, and returns what it wrote with its predicate', async () => {
    const store = openMemoryKeyValueStore();
    const given: (Uint8Array | undefined)[] = [];
    const change = (value: Uint8Array | undefined) => {
      given.push(value);
      return bytes('new');
    };
    const entry = await update(store, p, k, change);
    expect(given).toEqual([undefined]);
    expect(await store.get(p, k)).toEqual(entry);
  });

  test('writes nothing when the change wants nothing', async () => {
    const store = openMemoryKeyValueStore();
    expect(await update(store, p, k, () => undefined)).toBeUndefined();
    expect(await store.get(p, k)).toBeUndefined();
    const before = await update(store, p, k, () => bytes('v'));
    expect(await update(store, p, k, (value) => value)).toEqual(before);
    expect(await store.get(p, k)).toEqual(before);
  });

  test('writes what was changed in its place', async () => {
    const store = openMemoryKeyValueStore();
    await store.set(p, k, Uint8Array.of(1));
    const increment = (value: Uint8Array | undefined) => {
      if (value !== undefined) value[0] = (value[0] ?? 0) + 1;
      return value;
    };
    const entry = await update(store, p, k, increment);
    expect(entry?.value).toEqual(Uint8Array.of(2));
    expect(await store.get(p, k)).toEqual(entry);
    expect(await update(store, p, bytes('absent'), increment)).toBeUndefined();
  });

  test('hands on the error of a change, and writes nothing', async () => {
    const store = openMemoryKeyValueStore();
    const refusal = new Error('no');
    await expect(update(store, p, k, () => Promise.reject(refusal))).rejects.toBe(refusal);
    expect(await store.get(p, k)).toBeUndefined();
  });

  test('gives up after its attempts when others are faster each time', async () => {
    const store = openMemoryKeyValueStore();
    let calls = 0;
    const overtaken = async () => {
      calls++;
      await store.set(p, k, bytes(`other ${calls}`));
      return bytes('mine');
    };
    await expect(update(store, p, k, overtaken, quick)).rejects.toThrow(PredicateFailedError);
    expect(calls).toBe(5);
    expect((await store.get(p, k))?.value).toEqual(bytes('other 5'));
  });

  test('does not apply a change again when it may have been applied', async () => {
    const driver = new MemoryKeyValueDriver();
    const store = checkedStore(faultyDriver(driver, ['pass', 'request lost']), quick);
    let calls = 0;
    const counted = () => bytes(String(++calls));
    await expect(update(store, p, k, counted, quick)).rejects.toThrow(OutcomeUnknownError);
    expect(calls).toBe(1);
  });
});
