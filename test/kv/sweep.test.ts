import { CorruptDataError } from '../../src/errors.js';
import { aroundDriver } from '../../src/kv/around-driver.js';
import { checkedStore } from '../../src/kv/checked-store.js';
import { beginAgain, beginLinked, link } from '../../src/kv/linked-objects.js';
import { MemoryKeyValueDriver, openMemoryKeyValueStore } from '../../src/kv/memory-key-value-store.js';
import { sweep, type SweepOptions } from '../../src/kv/sweep.js';
import { bytes } from '../support/kv-bytes.js';
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

const graceMs = 60_000;
const album = albumPlace('a');
const registry = 'linked objects';

function opened() {
  const clock = new ManualClock();
  const driver = new MemoryKeyValueDriver();
  const store = checkedStore(driver);
  const swept = async (options: Partial<SweepOptions> = {}) => {
    const { failures, ...counts } = await sweep(store, { graceMs, reaches, clock, ...options });
    return { ...Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)), failures };
  };
  const abandoned = async () => {
    const begun = await beginLinked(store, album, { clock });
    await newPage(store, 1).children(begun.partition);
    return begun;
  };
  return { clock, driver, store, swept, abandoned };
}

describe('the sweep', () => {
  test('goes one step a grace period: condemns, removes, looks again, forgets', async () => {
    const { clock, store, swept, abandoned } = opened();
    const { partition } = await abandoned();
    clock.advance(graceMs - 1);
    expect(await swept()).toEqual({ waiting: 1, failures: [] });
    for (const [step, left] of [
      ['condemned', 2],
      ['removed', 0],
      ['forgotten', 0],
    ] as const) {
      clock.advance(1);
      expect(await swept()).toEqual({ [step]: 1, failures: [] });
      expect(await entriesOf(store, partition)).toHaveLength(left);
      clock.advance(graceMs - 1);
      expect(await swept()).toEqual(step === 'forgotten' ? { failures: [] } : { waiting: 1, failures: [] });
    }
    expect(await entriesOf(store, registry)).toEqual([]);
  });

  test('keeps what a parent reaches, however old', async () => {
    const { clock, store, swept } = opened();
    await addPage(store, album, { clock });
    for (let sweeps = 0; sweeps < 4; sweeps++) {
      clock.advance(graceMs);
      expect(await swept()).toEqual({ reached: 1, failures: [] });
    }
    expect(await readAlbum(store, album)).toEqual([pageKeys]);
    expect(await entriesOf(store, registry)).toHaveLength(1);
  });

  test('leaves an old object to its readers for a grace period after its parent ceased to name it', async () => {
    const { clock, store, swept } = opened();
    const old = await addPage(store, album, { clock }, 1);
    clock.advance(100 * graceMs);
    await addPage(store, album, { clock }, 1);
    expect(await swept()).toEqual({ condemned: 1, waiting: 1, failures: [] });
    clock.advance(graceMs - 1);
    await swept();
    expect(await entriesOf(store, old.partition)).toEqual(pageKeys);
    clock.advance(1);
    expect(await swept()).toEqual({ removed: 1, reached: 1, failures: [] });
    expect(await entriesOf(store, old.partition)).toEqual([]);
    expect(await readAlbum(store, album)).toEqual([pageKeys]);
  });

  test('removes what hung on a parent that was removed', async () => {
    const { clock, store, swept } = opened();
    const { partition } = await addPage(store, album, { clock });
    await store.delete(album.partition, album.key);
    for (let sweeps = 0; sweeps < 3; sweeps++) {
      clock.advance(graceMs);
      await swept();
    }
    expect(await entriesOf(store, partition)).toEqual([]);
    expect(await entriesOf(store, registry)).toEqual([]);
    expect(await store.get(album.partition, album.key)).toBeUndefined();
  });

  test('forgets what is reached for ever', async () => {
    const { clock, store, swept } = opened();
    await addPage(store, album, { clock });
    clock.advance(graceMs);
    expect(await swept({ reaches: () => 'for ever' })).toEqual({ reached: 1, failures: [] });
    expect(await entriesOf(store, registry)).toEqual([]);
    expect(await readAlbum(store, album)).toEqual([pageKeys]);
  });

  test('touches a parent only where a creation could still end, and leaves its value', async () => {
    const { clock, store, swept, abandoned } = opened();
    await addPage(store, album, { clock });
    await abandoned();
    const read = async () => store.get(album.partition, album.key);
    const before = await read();
    clock.advance(graceMs);
    await swept();
    const touched = await read();
    expect(touched?.value).toEqual(before?.value);
    expect(touched?.predicate).not.toEqual(before?.predicate);
    await abandoned();
    const changed = await store.setIf(album.partition, album.key, albumOf([]), touched?.predicate);
    clock.advance(graceMs);
    expect(await swept()).toMatchObject({ condemned: 2 });
    expect((await read())?.predicate).toEqual(changed);
  });

  test('lets a creation that began again end, and gives it its whole time', async () => {
    const { clock, store, swept, abandoned } = opened();
    const begun = await abandoned();
    clock.advance(graceMs - 1);
    const again = await beginAgain(store, begun, { clock });
    clock.advance(graceMs - 1);
    expect(await swept()).toEqual({ waiting: 1, failures: [] });
    await link(store, again, albumOf([text(again.partition)]));
    clock.advance(graceMs);
    expect(await swept()).toEqual({ reached: 1, failures: [] });
  });

  test('finds what a creator writes after the removal', async () => {
    const { clock, store, swept, abandoned } = opened();
    const { partition } = await abandoned();
    const step = async () => {
      clock.advance(graceMs);
      return swept();
    };
    await step();
    expect(await step()).toMatchObject({ removed: 1 });
    await newPage(store, 1).children(partition);
    expect(await step()).toMatchObject({ removed: 1 });
    expect(await entriesOf(store, partition)).toEqual([]);
    expect(await step()).toMatchObject({ forgotten: 1 });
  });

  test('only waits longer when the clock goes back', async () => {
    const { clock, store, swept, abandoned } = opened();
    const { partition } = await abandoned();
    clock.wall -= 1_000 * graceMs;
    clock.advance(2 * graceMs);
    expect(await swept()).toEqual({ waiting: 1, failures: [] });
    clock.wall += 1_000 * graceMs;
    expect(await swept()).toMatchObject({ condemned: 1 });
    clock.wall -= 1_000 * graceMs;
    clock.advance(2 * graceMs);
    expect(await swept()).toMatchObject({ waiting: 1 });
    expect(await entriesOf(store, partition)).toEqual(pageKeys);
  });

  test('removes all partitions that stand and fall with one', async () => {
    const { clock, store, swept, abandoned } = opened();
    const { partition } = await abandoned();
    const beside = bytes(`${text(partition)}/more`);
    await store.set(beside, bytes('k'), bytes('v'));
    for (let sweeps = 0; sweeps < 2; sweeps++) {
      clock.advance(graceMs);
      await swept({ partitionsOf: () => [partition, beside] });
    }
    expect(await entriesOf(store, partition)).toEqual([]);
    expect(await entriesOf(store, beside)).toEqual([]);
  });

  test('keeps and names what it cannot judge, and goes on with the others', async () => {
    const { clock, store, swept, abandoned } = opened();
    await addPage(store, albumPlace('other'), { clock });
    const { partition } = await abandoned();
    await store.set(bytes(registry), bytes('not a birth'), bytes('{"parent":1}'));
    clock.advance(graceMs);
    const unsure = new Error('cannot say');
    const judge = (value: Uint8Array | undefined): boolean => {
      if (value === undefined) throw unsure;
      return pagesOf(value).length > 0;
    };
    const report = await swept({ reaches: judge });
    expect(report).toMatchObject({ reached: 1, failed: 2 });
    const failures = report.failures.map((failure) => [text(failure.partition), failure.error]);
    expect(new Map(failures as [string, unknown][])).toEqual(
      new Map<string, unknown>([
        [text(partition), unsure],
        ['not a birth', expect.any(CorruptDataError)],
      ]),
    );
    expect(await entriesOf(store, partition)).toEqual(pageKeys);
  });

  test.each([0, -1, Number.NaN])('refuses a grace period of %p', async (wrong) => {
    await expect(sweep(openMemoryKeyValueStore(), { graceMs: wrong, reaches })).rejects.toThrow(RangeError);
  });

  test('killed before any of its writes, is finished by later ones', async () => {
    let killed = 0;
    for (let writes = 0; writes < 12; writes++) {
      const { clock, driver, store, swept, abandoned } = opened();
      const { partition } = await abandoned();
      await addPage(store, albumPlace('other'), { clock });
      let left = writes;
      const mortal = checkedStore(
        aroundDriver(driver, async (operation, perform) => {
          if (operation !== 'read' && operation !== 'page' && left-- <= 0) throw new Error('killed');
          return perform();
        }),
      );
      for (let sweeps = 0; sweeps < 3; sweeps++) {
        clock.advance(graceMs);
        await sweep(mortal, { graceMs, reaches, clock }).catch(() => killed++);
      }
      for (let sweeps = 0; sweeps < 3; sweeps++) {
        clock.advance(graceMs);
        await swept();
      }
      expect(await entriesOf(store, partition)).toEqual([]);
      expect(await entriesOf(store, registry)).toHaveLength(1);
      expect(await readAlbum(store, albumPlace('other'))).toEqual([pageKeys]);
    }
    expect(killed).toBeGreaterThan(5);
  });
});
