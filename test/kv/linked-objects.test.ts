import {
  CorruptDataError,
  OutcomeUnknownError,
  PredicateFailedError,
  StoreUnavailableError,
} from '../../src/errors.js';
import { aroundDriver } from '../../src/kv/around-driver.js';
import { checkedStore } from '../../src/kv/checked-store.js';
import type { KeyValueDriver } from '../../src/kv/key-value-driver.js';
import { beginAgain, beginLinked, createLinked, keepForEver, link } from '../../src/kv/linked-objects.js';
import { vacancy } from '../../src/kv/linked-vacancy.js';
import { MemoryKeyValueDriver, openMemoryKeyValueStore } from '../../src/kv/memory-key-value-store.js';
import { sweep } from '../../src/kv/sweep.js';
import { update } from '../../src/kv/update.js';
import { bytes } from '../support/kv-bytes.js';
import { quick } from '../support/kv-conformance.js';
import { keyValueEngines } from '../support/kv-engines.js';
import { ManualClock } from '../support/manual-clock.js';
import {
  addPage,
  albumOf,
  albumPlace,
  entriesOf,
  newPage,
  pageKeys,
  pagesOf,
  readAlbum,
  reaches,
  text,
} from './linked/album.js';

const album = albumPlace('a');
const graceMs = 60_000;
const registry = 'linked objects';

describe('a creation', () => {
  test('shows nothing before its parent names it, and then the whole', async () => {
    const store = openMemoryKeyValueStore();
    const begun = await beginLinked(store, album);
    expect(begun.value).toBeUndefined();
    await newPage(store, 1).children(begun.partition);
    expect(await readAlbum(store, album)).toBeUndefined();
    await link(store, begun, albumOf([text(begun.partition)]));
    expect(await readAlbum(store, album)).toEqual([pageKeys]);
  });

  test('that is to stay for ever is forgotten by the registry, and stays when its parent ceases to name it', async () => {
    const store = openMemoryKeyValueStore();
    const clock = new ManualClock();
    const begun = await beginLinked(store, album, { clock });
    await newPage(store, 1).children(begun.partition);
    const predicate = await link(store, begun, albumOf([text(begun.partition)]));
    await keepForEver(store, begun.partition);
    expect(await entriesOf(store, registry)).toEqual([]);
    await store.setIf(album.partition, album.key, albumOf([]), predicate);
    for (let each = 0; each < 4; each++) {
      clock.advance(graceMs);
      await sweep(store, { graceMs, clock, reaches });
    }
    expect(await entriesOf(store, text(begun.partition))).toEqual(pageKeys);
  });

  test('is registered before anything is written under its partition, which nobody had before', async () => {
    const store = openMemoryKeyValueStore();
    const partitions = [];
    for (let each = 0; each < 3; each++) partitions.push(text((await beginLinked(store, album)).partition));
    expect(new Set(partitions).size).toBe(3);
    expect(await entriesOf(store, registry)).toEqual(partitions.sort());
    await beginLinked(store, album, { registry: 'elsewhere' });
    expect(await entriesOf(store, 'elsewhere')).toHaveLength(1);
  });

  test('begins with the parent that is there, and ends only while it is that one, equal or not', async () => {
    const store = openMemoryKeyValueStore();
    await store.set(album.partition, album.key, albumOf(['x']));
    const begun = await beginLinked(store, album);
    expect(pagesOf(begun.value)).toEqual(['x']);
    await store.set(album.partition, album.key, albumOf(['x']));
    await expect(link(store, begun, albumOf([]))).rejects.toThrow(PredicateFailedError);
    const again = await beginAgain(store, begun);
    expect(again.partition).toEqual(begun.partition);
    await link(store, again, albumOf(['y']));
    await expect(link(store, again, albumOf(['z']))).rejects.toThrow(PredicateFailedError);
    expect(pagesOf((await store.get(album.partition, album.key))?.value)).toEqual(['y']);
  });

  test('fails when its parent was removed, and when it came and went', async () => {
    const store = openMemoryKeyValueStore();
    const begun = await beginLinked(store, album);
    const other = await beginLinked(store, album);
    await link(store, other, albumOf(['x']));
    await store.delete(album.partition, album.key);
    await expect(link(store, begun, albumOf(['y']))).rejects.toThrow(PredicateFailedError);
    expect(await store.get(album.partition, album.key)).toBeUndefined();
  });

  test('cannot link what readers take for absence', async () => {
    const store = openMemoryKeyValueStore();
    const begun = await beginLinked(store, album);
    expect(() => link(store, begun, vacancy)).toThrow(TypeError);
  });

  test('hands on a refusal of the parent, which stays as it is', async () => {
    const store = openMemoryKeyValueStore();
    await addPage(store, album);
    const refusal = new Error('it is there');
    const refused = createLinked(store, album, { ...newPage(store, 1), parent: () => Promise.reject(refusal) });
    await expect(refused).rejects.toBe(refusal);
    expect(await readAlbum(store, album)).toEqual([pageKeys]);
  });

  test('does not go on when its own entry of the registry cannot be read', async () => {
    const store = openMemoryKeyValueStore();
    const begun = await beginLinked(store, album);
    await store.set(bytes(registry), begun.partition, bytes('{}'));
    await expect(beginAgain(store, begun)).rejects.toThrow(CorruptDataError);
  });

  test('is not made twice when it is not known whether it was made', async () => {
    const driver = new MemoryKeyValueDriver();
    const store = checkedStore(driver, quick);
    await addPage(store, album);
    let writes = 0;
    // The fourth write is the link: a birth and two entries come before it. Somebody else's write hides what became of it.
    const losing = aroundDriver(driver, async (operation, perform) => {
      const isWrite = operation === 'write' || operation === 'writeIf';
      if (!isWrite || ++writes < 4) return perform();
      await store.set(album.partition, album.key, albumOf([]));
      throw new StoreUnavailableError('connection reset');
    });
    await expect(addPage(checkedStore(losing, quick), album, quick)).rejects.toThrow(OutcomeUnknownError);
    expect(writes).toBe(4);
  });
});

describe.each(keyValueEngines)('in %s', (_name, open) => {
  let driver: KeyValueDriver;
  let close: () => Promise<void>;
  beforeAll(async () => ({ driver, close } = await open()));
  afterAll(() => close());

  test.each([
    ['a first page', 0],
    ['another page', 2],
  ])('creating %s, killed before or after any of its writes, shows the whole or nothing', async (_what, pages) => {
    const [clock, store] = [new ManualClock(), checkedStore(driver)];
    const options = { graceMs, reaches, clock };
    let finished = false;
    for (let writes = 0; !finished; writes++) {
      const place = albumPlace(`${pages} pages, ${writes} writes`);
      for (let page = 0; page < pages; page++) await addPage(store, place, { clock });
      const before = (await readAlbum(store, place)) ?? [];
      const mortal = checkedStore(killedAfter(driver, writes));
      const created = await addPage(mortal, place, { clock }).catch((error: unknown) => {
        if (!(error instanceof Killed)) throw error;
      });
      finished = created !== undefined;
      const seen = async () => (await readAlbum(store, place)) ?? [];
      expect(await seen()).toEqual(finished ? [pageKeys, ...before] : before);
      for (let sweeps = 0; sweeps < 3; sweeps++) {
        clock.advance(graceMs);
        await sweep(store, options);
      }
      expect(await seen()).toEqual(finished ? [pageKeys, ...before] : before);
      // Nothing is left of the dead: the registry has the pages that are there, and no others.
      const reached = pagesOf((await store.get(place.partition, place.key))?.value).sort();
      expect(await entriesOf(store, registry)).toEqual(reached);
      for (const page of reached) await store.delete(bytes(registry), bytes(page));
      if (finished) expect(writes).toBe(pages === 0 ? 5 : 4);
    }
  });

  test('twenty who create under one parent at a time are all linked, once each', async () => {
    const store = checkedStore(driver);
    const place = albumPlace('crowd');
    const retry = { attempts: 200, baseMs: 1, capMs: 50 };
    const made = await Promise.all(Array.from({ length: 20 }, () => addPage(store, place, { retry })));
    const entry = await store.get(place.partition, place.key);
    expect(pagesOf(entry?.value).sort()).toEqual(made.map(({ partition }) => text(partition)).sort());
    expect(await readAlbum(store, place)).toEqual(made.map(() => pageKeys));
  });

  test('a creator who slept through the sweep cannot link what it removed', async () => {
    const [clock, store] = [new ManualClock(), checkedStore(driver)];
    const place = albumPlace('sleeper');
    await addPage(store, place, { clock });
    const begun = await beginLinked(store, place, { clock });
    await newPage(store, 100).children(begun.partition);
    for (let sweeps = 0; sweeps < 2; sweeps++) {
      clock.advance(graceMs);
      await sweep(store, { graceMs, reaches, clock });
    }
    expect(await entriesOf(store, begun.partition)).toEqual([]);
    await expect(link(store, begun, albumOf([text(begun.partition)]))).rejects.toThrow(PredicateFailedError);
    await expect(beginAgain(store, begun, { clock })).rejects.toThrow(PredicateFailedError);
    await update(store, place.partition, place.key, (value) => value && albumOf(pagesOf(value)));
    expect(await readAlbum(store, place)).toEqual([pageKeys]);
  });
});

class Killed extends Error {}

/** A process that ends after so many writes. */
function killedAfter(driver: KeyValueDriver, writes: number): KeyValueDriver {
  let left = writes;
  return aroundDriver(driver, async (operation, perform) => {
    const isRead = operation === 'read' || operation === 'page';
    if (!isRead && left-- <= 0) throw new Killed('killed');
    return perform();
  });
}
