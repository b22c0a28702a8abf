import { jest } from '@jest/globals';
import { DataVersionError, DataVersionTimeoutError, InputError } from '../../src/errors.js';
import type { KeyValueStore } from '../../src/kv/key-value-store.js';
import { openMemoryKeyValueStore } from '../../src/kv/memory-key-value-store.js';
import { releaseLease } from '../../src/kv/lease.js';
import { assertDataVersion, type DataVersionOptions } from '../../src/versions/assert-data-version.js';
import { changeState, stateLeaseCell } from '../../src/versions/state-entry.js';
import { ManualClock, runWith } from '../support/manual-clock.js';
import { attemptOf, beginRun, keepFor, leaseMs, putVersion } from './database-state.js';

/** A database, a clock, and what was said to the service that waits. */
function setUp() {
  const [kv, clock, lines] = [openMemoryKeyValueStore(), new ManualClock(), [] as string[]];
  const options = { clock, onProgress: (line: string) => void lines.push(line) };
  const assertVersion = (expected: number, more: DataVersionOptions = {}) =>
    assertDataVersion(kv, expected, { ...options, ...more });
  return { kv, clock, lines, assertVersion };
}

/** A store that counts its reads. */
function counting(kv: KeyValueStore): { store: KeyValueStore; reads: () => number } {
  let count = 0;
  const store: KeyValueStore = {
    ...{ set: kv.set.bind(kv), setIf: kv.setIf.bind(kv), delete: kv.delete.bind(kv), close: kv.close.bind(kv) },
    get: (...at) => (count++, kv.get(...at)),
    scan: () => {
      throw new Error('nothing is scanned');
    },
  };
  return { store, reads: () => count };
}

/** The clock goes by seconds, and one of them may pass before a wait begins. */
function expectAbout(passedMs: number, expectedMs: number): void {
  expect([0, 1_000, 2_000]).toContain(passedMs - expectedMs);
}

describe('assertDataVersion', () => {
  test('returns after one read when the version fits', async () => {
    const { kv, clock, lines } = setUp();
    await putVersion(kv, 7);
    const { store, reads } = counting(kv);
    await assertDataVersion(store, 7, { clock, onProgress: (line) => void lines.push(line) });
    expect(reads()).toBe(1);
    expect(lines).toEqual([]);
  });

  test('returns when the version fits while a run takes it further', async () => {
    const { kv, clock, assertVersion } = setUp();
    await putVersion(kv, 7);
    await beginRun(kv, 'r1', clock);
    await changeState(kv, (state) => ({ ...state, attempt: attemptOf(8) }));
    await assertVersion(7);
  });

  test.each([
    ['behind', 5, /data is at version 5, this code expects 7, and nobody migrates it: run "carryover up"$/],
    ['ahead', 9, /at version 9, this code expects 7: deploy the code that expects 9, or restore a backup/],
    ['without a version', undefined, /nobody has said yet .* expects 7: run "carryover up" .*"carryover baseline N"/],
  ])('refuses at once data that is %s, and says what mends it', async (_name, found, message) => {
    const { kv, clock, lines, assertVersion } = setUp();
    if (found !== undefined) await putVersion(kv, found);
    const error = await assertVersion(7).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DataVersionError);
    expect(error).toMatchObject({ name: 'DataVersionError', message: expect.stringMatching(message) as string });
    expect(error).toMatchObject({ expected: 7, found });
    expect([clock.monotonic(), lines]).toEqual([0, []]);
  });

  test('takes a database that only copies went to for one without a version', async () => {
    const { kv, clock, assertVersion } = setUp();
    await releaseLease(stateLeaseCell(kv), await beginRun(kv, 'copy', clock));
    await expect(assertVersion(0)).rejects.toThrow(/nobody has said yet which version/);
  });

  test('refuses at once data that is ahead, whoever is at work on it', async () => {
    const { kv, clock, assertVersion } = setUp();
    await putVersion(kv, 9);
    await beginRun(kv, 'r1', clock);
    await expect(assertVersion(7)).rejects.toThrow(DataVersionError);
    expect(clock.monotonic()).toBe(0);
  });

  test('waits for a migration that is under way, says who migrates what since when, and returns', async () => {
    const { kv, clock, lines, assertVersion } = setUp();
    await putVersion(kv, 5);
    const held = await beginRun(kv, 'r1', clock);
    await changeState(kv, (state) => ({ ...state, attempt: attemptOf(6) }));
    const migrates = async (): Promise<void> => {
      await keepFor(held, clock, 20_000);
      await changeState(kv, (state) => ({ ...state, version: 6, attempt: attemptOf(7) }));
      await keepFor(held, clock, 20_000);
      await putVersion(kv, 7);
    };
    const results = await runWith<unknown>(clock, 1_000, [migrates(), assertVersion(7)]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
    const run = 'run r1, started by ann on laptop, migrates it since 2026-01-01T00:00:00.000Z';
    expect(lines).toEqual([
      `waiting for data version 7: the database is at version 5; ${run} from version 5 to 6: migration 0006_split`,
      `waiting for data version 7: the database is at version 6; ${run} from version 6 to 7: migration 0007_split`,
    ]);
  });

  test('says every half a minute that it still waits', async () => {
    const { kv, clock, lines, assertVersion } = setUp();
    await putVersion(kv, 5);
    const held = await beginRun(kv, 'r1', clock);
    const works = [keepFor(held, clock, 70_000), assertVersion(7, { timeoutMs: 65_000 })];
    await runWith<unknown>(clock, 1_000, works);
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(/run r1, started by ann on laptop, owns the database since 2026-01-01T00:00:00.000Z$/);
  });

  test('waits for the first run of a new database too', async () => {
    const { kv, clock, lines, assertVersion } = setUp();
    const held = await beginRun(kv, 'r1', clock);
    const migrates = keepFor(held, clock, 40_000).then(() => putVersion(kv, 1));
    await runWith<unknown>(clock, 1_000, [migrates, assertVersion(1)]);
    await assertVersion(1);
    expect(lines[0]).toMatch(/the database has no version yet; run r1/);
  });

  test('names what a run does that is no migration', async () => {
    const { kv, clock, lines, assertVersion } = setUp();
    await putVersion(kv, 5);
    const held = await beginRun(kv, 'r1', clock);
    await changeState(kv, (state) => ({ ...state, attempt: { ...attemptOf(5), spec: 'f00', description: 'copy' } }));
    const copies = keepFor(held, clock, 5_000).then(() => releaseLease(stateLeaseCell(kv), held));
    const waiting = assertVersion(7);
    await runWith<unknown>(clock, 1_000, [copies, waiting]);
    await expect(waiting).rejects.toThrow(/and nobody migrates it: run "carryover up"$/);
    expect(lines).toEqual([expect.stringMatching(/works on it since .*: copy$/)]);
  });

  test('refuses when the run ends before the version is reached, and names the migration that was begun', async () => {
    const { kv, clock, assertVersion } = setUp();
    await putVersion(kv, 5);
    const held = await beginRun(kv, 'r1', clock);
    await changeState(kv, (state) => ({ ...state, attempt: attemptOf(6) }));
    const fails = keepFor(held, clock, 50_000).then(() => releaseLease(stateLeaseCell(kv), held));
    const waiting = assertVersion(7);
    await runWith<unknown>(clock, 1_000, [fails, waiting]);
    await expect(waiting).rejects.toThrow(DataVersionError);
    await expect(waiting).rejects.toThrow(/migration 0006_split, begun at .*, is not finished; run "carryover up"$/);
    expect(clock.monotonic()).toBeLessThan(60_000);
  });

  test('counts a holder as nobody once its lease was not renewed for its whole time', async () => {
    const { kv, clock, assertVersion } = setUp();
    await putVersion(kv, 5);
    await beginRun(kv, 'dead', clock);
    const waiting = assertVersion(7);
    await runWith(clock, 1_000, [waiting]);
    await expect(waiting).rejects.toThrow(
      /run dead, started by ann on laptop at .*, stopped without an end; run "carr/,
    );
    expectAbout(clock.monotonic(), leaseMs);
  });

  test('takes other changes of the entry for no sign of life, and a new owner for one', async () => {
    const { kv, clock, assertVersion } = setUp();
    await putVersion(kv, 5);
    await beginRun(kv, 'dead', clock);
    const others = async (): Promise<void> => {
      for (let second = 0; second < 20; second++) {
        await clock.sleep(1_000);
        await changeState(kv, (state) => ({ ...state, active: { orders: `orders${second}` } }));
      }
      await changeState(kv, (state) => ({ ...state, lease: undefined }));
      await beginRun(kv, 'next', clock);
    };
    const waiting = assertVersion(7);
    await runWith<unknown>(clock, 1_000, [others(), waiting]);
    await expect(waiting).rejects.toThrow(/run next, /);
    expectAbout(clock.monotonic(), 20_000 + leaseMs);
  });

  test('ends after the time that it was given, and names who holds it up', async () => {
    const { kv, clock, assertVersion } = setUp();
    await putVersion(kv, 5);
    const held = await beginRun(kv, 'r1', clock);
    const waiting = assertVersion(7, { timeoutMs: 90_000 });
    await runWith<unknown>(clock, 1_000, [keepFor(held, clock, 100_000), waiting]);
    const error = await waiting.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DataVersionTimeoutError);
    expect(error).toMatchObject({ name: 'DataVersionTimeoutError', expected: 7, found: 5, holder: { owner: 'r1' } });
    expect(String(error)).toMatch(/waited 90000 ms in vain: waiting for data version 7: .*run r1/);
  });

  test('is not held by a wall clock that is set, and can be stopped', async () => {
    const { kv, clock, assertVersion } = setUp();
    await putVersion(kv, 5);
    await beginRun(kv, 'r1', clock);
    const [stop, reason] = [new AbortController(), new Error('shutting down')];
    const waiting = assertVersion(7, { signal: stop.signal });
    while (clock.sleeping === 0) await new Promise((resolve) => setImmediate(resolve));
    clock.wall += 365 * 24 * 3_600_000;
    stop.abort(reason);
    await expect(waiting).rejects.toBe(reason);
  });

  test('writes its lines to stderr unless they are taken', async () => {
    const { kv, clock } = setUp();
    await putVersion(kv, 5);
    await beginRun(kv, 'r1', clock);
    const write = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    try {
      await runWith(clock, 1_000, [assertDataVersion(kv, 7, { clock })]);
      expect(write).toHaveBeenCalledTimes(1);
      expect(write).toHaveBeenCalledWith(expect.stringMatching(/^waiting for data version 7: .*\n$/));
    } finally {
      write.mockRestore();
    }
  });

  test('refuses arguments that cannot be, all at once', async () => {
    const { assertVersion } = setUp();
    const refused = assertVersion('7' as unknown as number, { timeoutMs: Number.NaN });
    await expect(refused).rejects.toThrow(InputError);
    await expect(refused).rejects.toThrow(/^expected: must be a version.*7\ntimeoutMs: must be milliseconds.*NaN$/);
    await expect(assertVersion(1.5)).rejects.toThrow(InputError);
  });

  test('passes on what the store throws', async () => {
    const { kv, assertVersion } = setUp();
    await kv.close();
    await expect(assertVersion(7)).rejects.toMatchObject({ name: 'StoreClosedError' });
  });
});
