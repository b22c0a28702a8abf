import assert from 'node:assert/strict';
import type { KeyValueStore } from '../key-value-store.js';
import { bytes, collect, hex, textOf } from './bytes.js';
import type { Cases } from './world.js';

const p = bytes('p');
const numbered = (index: number): string => `k${String(index).padStart(4, '0')}`;
const keyOf = (index: number): Uint8Array => bytes(numbered(index));

async function fill(store: KeyValueStore, partition: Uint8Array, count: number): Promise<void> {
  await Promise.all(
    Array.from({ length: count }, (_, index) => store.set(partition, keyOf(index), bytes(`v${index}`))),
  );
}

async function keys(store: KeyValueStore, partition: Uint8Array, from?: Uint8Array): Promise<string[]> {
  return (await collect(store.scan(partition, from))).map(({ key }) => hex(key));
}

/** What a scan promises, over many pages: a driver under test gives small ones. */
export const scanCases: Cases = {
  'scans in the byte order of keys, from 00 to ff, shorter before longer': async (world) => {
    const store = await world.store();
    const expected = Array.from({ length: 256 }, (_, byte) => [
      Uint8Array.of(byte),
      ...(byte % 51 === 0 ? [Uint8Array.of(byte, 0), Uint8Array.of(byte, 0xff)] : []),
    ]).flat();
    const shuffled = expected
      .map((key, index) => ({ key, at: (index * 7919) % expected.length }))
      .sort((a, b) => a.at - b.at);
    await Promise.all(shuffled.map(({ key }) => store.set(p, key, key)));
    assert.deepEqual(await keys(store, p), expected.map(hex));
  },

  'scans from a key that is there, one that is not, and one beyond the last': async (world) => {
    const store = await world.store();
    await fill(store, p, 35);
    assert.equal((await keys(store, p, keyOf(20))).length, 15);
    assert.equal((await keys(store, p, bytes('k0019x'))).length, 15);
    assert.deepEqual(await keys(store, p, bytes('l')), []);
    assert.equal((await keys(store, p, new Uint8Array())).length, 35);
  },

  'scans to the end when the last page is exactly full': async (world) => {
    const store = await world.store();
    await fill(store, p, 30);
    assert.equal((await keys(store, p)).length, 30);
  },

  'deletes and inserts during a scan hide nothing that stays and repeat nothing': async (world) => {
    const store = await world.store();
    await fill(store, p, 137);
    const seen: string[] = [];
    for await (const { key } of store.scan(p)) {
      const index = seen.push(textOf(key)) - 1;
      // Behind the scan, at it and before it: every third entry goes, and new ones come between.
      if (index % 10 !== 9) continue;
      const gone = [index - 3, index, index + 3, index + 6].map((at) => at - (at % 3));
      for (const at of gone) await store.delete(p, keyOf(at));
      for (const at of [index - 5, index + 5]) await store.set(p, bytes(`${numbered(at)}+`), bytes('new'));
    }
    const stay = Array.from({ length: 137 }, (_, at) => at).filter((at) => at % 3 !== 0);
    assert.deepEqual(
      stay.map(numbered).filter((key) => !seen.includes(key)),
      [],
    );
    assert.equal(new Set(seen).size, seen.length);
    assert.deepEqual(seen, [...seen].sort());
  },

  'a scan that deletes what it sees empties the partition': async (world) => {
    const store = await world.store();
    await fill(store, p, 45);
    for await (const { key } of store.scan(p)) await store.delete(p, key);
    assert.deepEqual(await keys(store, p), []);
  },

  'partitions are apart, those whose names begin alike too': async (world) => {
    const store = await world.store();
    const partitions = ['', 'm', 'ma', 'm/', 'm\0', 'mb'].map(bytes);
    for (const [index, partition] of partitions.entries()) await fill(store, partition, 11 + index);
    for (const [index, partition] of partitions.entries())
      assert.equal((await keys(store, partition)).length, 11 + index);
    for await (const { key } of store.scan(bytes('m'))) await store.delete(bytes('m'), key);
    assert.equal((await keys(store, bytes('ma'))).length, 13);
    assert.equal((await keys(store, bytes(''))).length, 11);
  },
};
