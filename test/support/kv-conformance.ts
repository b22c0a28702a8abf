import { EntryTooLargeError, PredicateFailedError, StoreClosedError } from '../../src/errors.js';
import { checkedStore } from '../../src/kv/checked-store.js';
import type { KeyValueDriver } from '../../src/kv/key-value-driver.js';
import type { KeyValueStore } from '../../src/kv/key-value-store.js';
import { update } from '../../src/kv/update.js';
import { leaseConformance } from './kv-lease-conformance.js';
import { lostAnswerConformance } from './kv-lost-answers.js';
import { modelConformance } from './kv-model.js';
import { scanConformance } from './kv-scan-conformance.js';
import { bytes, collect } from './kv-bytes.js';

/** Opens a driver over a place that holds nothing yet, not even a table. Its scans have pages of 10 entries. */
export type OpenDriver = () => Promise<KeyValueDriver>;

export const quick = { retry: { baseMs: 1, capMs: 20 } };

/** The precise meaning of the key-value contract, for any driver. `modelRuns`: random histories, for slow engines fewer. */
export function kvConformance(name: string, openDriver: OpenDriver, modelRuns = 20): void {
  describe(`key-value store: ${name}`, () => {
    const open = async (): Promise<KeyValueStore> => checkedStore(await openDriver(), quick);
    entries(open);
    conditionalWrites(open);
    limits(open);
    closing(open);
    scanConformance(open);
    modelConformance(open, modelRuns);
    lostAnswerConformance(openDriver);
    leaseConformance(openDriver);
  });
}

type Open = () => Promise<KeyValueStore>;

function entries(open: Open): void {
  test('reads nothing, and deletes nothing, before the first write', async () => {
    const store = await open();
    expect(await store.get(bytes('p'), bytes('k'))).toBeUndefined();
    await store.delete(bytes('p'), bytes('k'));
    expect(await collect(store.scan(bytes('p')))).toEqual([]);
    const stale = { writes: ['someone'] };
    await expect(store.setIf(bytes('p'), bytes('k'), bytes('v'), stale)).rejects.toThrow(PredicateFailedError);
  });

  test('takes the first writes of many at once', async () => {
    const store = await open();
    const keys = Array.from({ length: 20 }, (_, index) => bytes(`k${index}`));
    await Promise.all(
      keys.map((key, index) =>
        index % 2 ? store.set(bytes('p'), key, key) : store.setIf(bytes('p'), key, key, undefined),
      ),
    );
    expect(await collect(store.scan(bytes('p')))).toHaveLength(20);
  });

  test('gives back what was set last, and nothing once it is deleted', async () => {
    const store = await open();
    await store.set(bytes('p'), bytes('k'), bytes('one'));
    await store.set(bytes('p'), bytes('k'), bytes('two'));
    expect((await store.get(bytes('p'), bytes('k')))?.value).toEqual(bytes('two'));
    await store.delete(bytes('p'), bytes('k'));
    await store.delete(bytes('p'), bytes('k'));
    expect(await store.get(bytes('p'), bytes('k'))).toBeUndefined();
  });

  test('keeps every byte, and its own copy', async () => {
    const store = await open();
    const all = Uint8Array.from({ length: 256 }, (_, index) => index);
    const given = all.slice();
    await store.set(all, all, given);
    given.fill(0);
    const got = await store.get(all, all);
    expect(got?.value).toEqual(all);
    got?.value.fill(0);
    expect((await store.get(all, all))?.value).toEqual(all);
    expect(await collect(store.scan(all))).toEqual([{ key: all, value: all }]);
  });

  test('takes empty partitions, keys and values, apart from each other and from all others', async () => {
    const store = await open();
    const [none, zero] = [new Uint8Array(), new Uint8Array([0])];
    await store.set(none, none, none);
    await store.set(none, zero, bytes('1'));
    await store.set(zero, none, bytes('2'));
    expect((await store.get(none, none))?.value).toEqual(none);
    expect((await store.get(none, zero))?.value).toEqual(bytes('1'));
    expect((await store.get(zero, none))?.value).toEqual(bytes('2'));
    expect(await store.get(zero, zero)).toBeUndefined();
    expect(await collect(store.scan(none))).toEqual([
      { key: none, value: none },
      { key: zero, value: bytes('1') },
    ]);
    await store.delete(none, none);
    expect(await collect(store.scan(none))).toHaveLength(1);
  });
}

function conditionalWrites(open: Open): void {
  const [p, k] = [bytes('p'), bytes('k')];

  test('setIf creates where nothing is, and returns the predicate of what it wrote', async () => {
    const store = await open();
    const first = await store.setIf(p, k, bytes('1'), undefined);
    expect((await store.get(p, k))?.predicate.writes[0]).toBe(first.writes[0]);
    const second = await store.setIf(p, k, bytes('2'), first);
    await store.setIf(p, k, bytes('3'), second);
    expect((await store.get(p, k))?.value).toEqual(bytes('3'));
  });

  test('setIf refuses a stale predicate, on a changed entry and on an absent one, and writes nothing', async () => {
    const store = await open();
    const first = await store.setIf(p, k, bytes('1'), undefined);
    await store.set(p, k, bytes('2'));
    await expect(store.setIf(p, k, bytes('3'), first)).rejects.toThrow(PredicateFailedError);
    expect((await store.get(p, k))?.value).toEqual(bytes('2'));
    const present = (await store.get(p, k))?.predicate;
    await store.delete(p, k);
    await expect(store.setIf(p, k, bytes('3'), present)).rejects.toThrow(PredicateFailedError);
    expect(await store.get(p, k)).toBeUndefined();
  });

  test('setIf that must create refuses an entry that is there', async () => {
    const store = await open();
    await store.set(p, k, new Uint8Array());
    await expect(store.setIf(p, k, bytes('1'), undefined)).rejects.toThrow(PredicateFailedError);
    expect((await store.get(p, k))?.value).toEqual(new Uint8Array());
  });

  test('an equal value, and an entry that was deleted and made again, is another write', async () => {
    const store = await open();
    const first = await store.setIf(p, k, bytes('same'), undefined);
    const second = await store.setIf(p, k, bytes('same'), first);
    await expect(store.setIf(p, k, bytes('other'), first)).rejects.toThrow(PredicateFailedError);
    await store.delete(p, k);
    await store.setIf(p, k, bytes('same'), undefined);
    await expect(store.setIf(p, k, bytes('other'), second)).rejects.toThrow(PredicateFailedError);
  });

  test.each(['creates', 'replaces'])('of two hundred racing writers exactly one %s', async (what) => {
    const store = await open();
    const predicate = what === 'creates' ? undefined : await store.setIf(p, k, bytes('old'), undefined);
    const races = Array.from({ length: 200 }, (_, index) => store.setIf(p, k, bytes(`writer ${index}`), predicate));
    const results = await Promise.allSettled(races);
    const winners = results.flatMap((result, index) => (result.status === 'fulfilled' ? [index] : []));
    expect(winners).toHaveLength(1);
    expect((await store.get(p, k))?.value).toEqual(bytes(`writer ${winners[0]}`));
    const losers = results.filter(({ status }) => status === 'rejected');
    expect(losers.every((loser) => 'reason' in loser && loser.reason instanceof PredicateFailedError)).toBe(true);
  });

  test('update applies each of fifty changes once, whoever is faster', async () => {
    const store = await open();
    const increment = (value: Uint8Array | undefined) => bytes(String(Number(new TextDecoder().decode(value)) + 1));
    const patient = { retry: { attempts: 100, baseMs: 5, capMs: 200 } };
    await Promise.all(Array.from({ length: 50 }, () => update(store, p, k, increment, patient)));
    expect((await store.get(p, k))?.value).toEqual(bytes('50'));
  });
}

function limits(open: Open): void {
  test('takes partitions and keys of 1,023 bytes, and refuses longer ones everywhere', async () => {
    const store = await open();
    const [most, tooMany] = [new Uint8Array(1023).fill(0xff), new Uint8Array(1024)];
    await store.set(most, most, bytes('v'));
    expect((await store.get(most, most))?.value).toEqual(bytes('v'));
    expect(await collect(store.scan(most, most))).toHaveLength(1);
    const p = bytes('p');
    const calls = [
      () => store.get(tooMany, p),
      () => store.get(p, tooMany),
      () => store.set(tooMany, p, p),
      () => store.setIf(p, tooMany, p, undefined),
      () => store.delete(tooMany, p),
      () => collect(store.scan(tooMany)),
      () => collect(store.scan(p, tooMany)),
    ];
    for (const call of calls) await expect(call()).rejects.toThrow(EntryTooLargeError);
  });

  test('takes entries of 409,088 bytes with a full history of writes, and refuses one byte more', async () => {
    const store = await open();
    const [partition, key] = [new Uint8Array(1023), new Uint8Array(1023)];
    let predicate = undefined;
    for (let write = 0; write < 40; write++) predicate = await store.setIf(partition, key, bytes('small'), predicate);
    const value = new Uint8Array(409_088 - 2_046).fill(7);
    await store.setIf(partition, key, value, predicate);
    expect((await store.get(partition, key))?.value).toEqual(value);
    const larger = new Uint8Array(value.length + 1);
    await expect(store.set(partition, key, larger)).rejects.toThrow(EntryTooLargeError);
    await expect(store.setIf(partition, key, larger, undefined)).rejects.toThrow(/has 409089 bytes/);
    expect((await store.get(partition, key))?.value).toEqual(value);
  });

  test('refuses what is not bytes, and predicates that no read gave', async () => {
    const store = await open();
    const wrong = 'text' as unknown as Uint8Array;
    await expect(store.get(wrong, bytes('k'))).rejects.toThrow(TypeError);
    await expect(store.set(bytes('p'), bytes('k'), wrong)).rejects.toThrow(TypeError);
    await expect(store.setIf(bytes('p'), bytes('k'), bytes('v'), { writes: [] })).rejects.toThrow(TypeError);
  });
}

function closing(open: Open): void {
  test('refuses every call once it is closed, and closing twice is no error', async () => {
    const store = await open();
    const [p, k] = [bytes('p'), bytes('k')];
    const keys = ['a', 'b'].map(bytes);
    for (const key of keys) await store.set(p, key, key);
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
    for (const call of calls) await expect(call()).rejects.toThrow(StoreClosedError);
  });
}
