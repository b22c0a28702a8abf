import type { KeyValueStore } from '../../src/kv/key-value-store.js';
import { bytes, collect } from './kv-bytes.js';

const keyOf = (index: number): Uint8Array => bytes(`k${String(index).padStart(4, '0')}`);

type Open = () => Promise<KeyValueStore>;

async function fill(store: KeyValueStore, partition: Uint8Array, count: number): Promise<void> {
  await Promise.all(
    Array.from({ length: count }, (_, index) => store.set(partition, keyOf(index), bytes(`v${index}`))),
  );
}

async function keys(store: KeyValueStore, partition: Uint8Array, from?: Uint8Array): Promise<string[]> {
  const found: string[] = [];
  for await (const { key } of store.scan(partition, from)) found.push(Buffer.from(key).toString('latin1'));
  return found;
}

/** What a scan promises, over many pages. */
export function scanConformance(open: Open): void {
  const p = bytes('p');

  test('scans in the byte order of keys, from 00 to ff, shorter before longer', async () => {
    const store = await open();
    const expected = Array.from({ length: 256 }, (_, byte) => [
      Uint8Array.of(byte),
      ...(byte % 51 === 0 ? [Uint8Array.of(byte, 0), Uint8Array.of(byte, 0xff)] : []),
    ]).flat();
    const shuffled = expected
      .map((key, index) => ({ key, at: (index * 7919) % expected.length }))
      .sort((a, b) => a.at - b.at);
    await Promise.all(shuffled.map(({ key }) => store.set(p, key, key)));
    expect((await collect(store.scan(p))).map(({ key }) => Buffer.from(key).toString('hex'))).toEqual(
      expected.map((key) => Buffer.from(key).toString('hex')),
    );
  });

  test('scans from a key that is there, one that is not, and one beyond the last', async () => {
    const store = await open();
    await fill(store, p, 35);
    expect(await keys(store, p, keyOf(20))).toHaveLength(15);
    expect(await keys(store, p, bytes('k0019x'))).toHaveLength(15);
    expect(await keys(store, p, bytes('l'))).toEqual([]);
    expect(await keys(store, p, new Uint8Array())).toHaveLength(35);
  });

  test('scans to the end when the last page is exactly full', async () => {
    const store = await open();
    await fill(store, p, 30);
    expect(await keys(store, p)).toHaveLength(30);
  });

  test('deletes and inserts during a scan hide nothing that stays and repeat nothing', async () => {
    const store = await open();
    await fill(store, p, 137);
    const seen: string[] = [];
    let index = 0;
    for await (const { key } of store.scan(p)) {
      seen.push(new TextDecoder().decode(key));
      // Behind the scan, at it and before it: every third entry goes, and new ones come between.
      if (index % 10 === 9) {
        const gone = [index - 3, index, index + 3, index + 6].map((at) => at - (at % 3));
        for (const at of gone) await store.delete(p, keyOf(at));
        for (const at of [index - 5, index + 5])
          await store.set(p, bytes(`k${String(at).padStart(4, '0')}+`), bytes('new'));
      }
      index++;
    }
    const stay = Array.from({ length: 137 }, (_, at) => at).filter((at) => at % 3 !== 0);
    expect(seen).toEqual(expect.arrayContaining(stay.map((at) => new TextDecoder().decode(keyOf(at)))));
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual([...seen].sort());
  });

  test('a scan that deletes what it sees empties the partition', async () => {
    const store = await open();
    await fill(store, p, 45);
    for await (const { key } of store.scan(p)) await store.delete(p, key);
    expect(await keys(store, p)).toEqual([]);
  });

  test('partitions are apart, those whose names begin alike too', async () => {
    const store = await open();
    const partitions = ['', 'm', 'ma', 'm/', 'm\0', 'mb'].map(bytes);
    for (const [index, partition] of partitions.entries()) await fill(store, partition, 11 + index);
    for (const [index, partition] of partitions.entries())
      expect(await keys(store, partition)).toHaveLength(11 + index);
    for await (const { key } of store.scan(bytes('m'))) await store.delete(bytes('m'), key);
    expect(await keys(store, bytes('ma'))).toHaveLength(13);
    expect(await keys(store, bytes(''))).toHaveLength(11);
  });
}
