import assert from 'node:assert/strict';
import { checkedStore } from '../checked-store.js';
import type { KeyValueDriver } from '../key-value-driver.js';
import type { Predicate } from '../key-value-store.js';
import { entryLimitBytes, keyLimitBytes } from '../stored-form.js';
import { bytes, collect, rejects, sameBytes } from './bytes.js';
import { quick, type Cases } from './world.js';

const [p, k] = [bytes('p'), bytes('k')];

/** The most bytes of a partition; a driver that adds something to partitions takes fewer. */
const partitionLimit = ({ reservedBytes = 0 }: KeyValueDriver): number => keyLimitBytes - reservedBytes;

export const limitCases: Cases = {
  'takes partitions and keys of 1,023 bytes, and refuses longer ones everywhere': async (world) => {
    const driver = await world.driver();
    const store = checkedStore(driver, quick);
    const longest = {
      partition: new Uint8Array(partitionLimit(driver)).fill(0xff),
      key: new Uint8Array(1023).fill(0xff),
    };
    const [partition, key] = [new Uint8Array(longest.partition.length + 1), new Uint8Array(1024)];
    await store.set(longest.partition, longest.key, bytes('v'));
    sameBytes((await store.get(longest.partition, longest.key))?.value, bytes('v'));
    assert.equal((await collect(store.scan(longest.partition, longest.key))).length, 1);
    const calls = [
      () => store.get(partition, k),
      () => store.get(p, key),
      () => store.set(partition, k, k),
      () => store.setIf(p, key, k, undefined),
      () => store.delete(partition, k),
      () => collect(store.scan(partition)),
      () => collect(store.scan(p, key)),
    ];
    for (const call of calls) await rejects(call(), 'EntryTooLargeError');
  },

  'takes entries of 409,088 bytes with a full history of writes, and refuses one byte more': async (world) => {
    const driver = await world.driver();
    const store = checkedStore(driver, quick);
    const { reservedBytes = 0 } = driver;
    const [partition, key] = [new Uint8Array(partitionLimit(driver)), new Uint8Array(1023)];
    let predicate: Predicate | undefined;
    for (let write = 0; write < 40; write++) predicate = await store.setIf(partition, key, bytes('small'), predicate);
    const limitBytes = entryLimitBytes - reservedBytes;
    const value = new Uint8Array(limitBytes - partition.length - key.length).fill(7);
    await store.setIf(partition, key, value, predicate);
    sameBytes((await store.get(partition, key))?.value, value);
    const larger = new Uint8Array(value.length + 1);
    await rejects(store.set(partition, key, larger), 'EntryTooLargeError');
    const message = new RegExp(`has ${limitBytes + 1} bytes; .* at most ${limitBytes}`);
    await rejects(store.setIf(partition, key, larger, undefined), 'EntryTooLargeError', message);
    sameBytes((await store.get(partition, key))?.value, value);
  },

  'gives entries of 400 KB in scans, over pages that a few of them fill': async (world) => {
    const store = await world.store();
    const value = new Uint8Array(400_000).fill(9);
    const keys = Array.from({ length: 7 }, (_, index) => Uint8Array.of(index));
    for (const key of keys) await store.set(p, key, value);
    const scanned = await collect(store.scan(p));
    assert.deepEqual(
      scanned.map((entry) => [entry.key[0], entry.value.length]),
      keys.map((key) => [key[0], value.length]),
    );
  },

  'refuses what is not bytes, and predicates that no read gave': async (world) => {
    const store = await world.store();
    const wrong = 'text' as unknown as Uint8Array;
    await rejects(store.get(wrong, k), 'TypeError');
    await rejects(store.set(p, k, wrong), 'TypeError', /value must be a Uint8Array, it is string/);
    await rejects(store.set(p, k, undefined as unknown as Uint8Array), 'TypeError', /value .* it is undefined/);
    for (const predicate of [{ writes: [] }, null, { value: bytes('v') }])
      await rejects(store.setIf(p, k, bytes('v'), predicate as unknown as Predicate), 'TypeError', /the predicate/);
  },

  'refuses every call once it is closed, and closing twice is no error': async (world) => {
    const store = await world.store();
    for (const key of ['a', 'b'].map(bytes)) await store.set(p, key, key);
    const scanning = store.scan(p)[Symbol.asyncIterator]();
    await scanning.next();
    await Promise.all([store.close(), store.close()]);
    await store.close();
    const calls = [
      () => store.get(p, k),
      () => store.set(p, k, k),
      () => store.setIf(p, k, k, undefined),
      () => store.delete(p, k),
      () => collect(store.scan(p)),
      () => scanning.next(),
    ];
    for (const call of calls) await rejects(call(), 'StoreClosedError');
  },
};
