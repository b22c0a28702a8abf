import { DataVersionError, DataVersionTimeoutError, LockHeldError } from '../../src/errors.js';
import { openMemoryKeyValueStore } from '../../src/kv/memory-key-value-store.js';
import { acquireLease, releaseLease, type HeldLease } from '../../src/kv/lease.js';
import { migrateOrWait, type MigrateOrWaitOptions } from '../../src/versions/migrate-or-wait.js';
import { stateLeaseCell } from '../../src/versions/state-entry.js';
import { ManualClock, runWith } from '../support/manual-clock.js';
import { beginRun, keepFor, leaseMs, putVersion } from './database-state.js';

function setUp() {
  const [kv, clock, lines] = [openMemoryKeyValueStore(), new ManualClock(), [] as string[]];
  const starts: number[] = [];
  /** A start that counts itself. */
  const counted = (start: () => Promise<unknown>) => async () => {
    starts.push(clock.monotonic());
    await start();
  };
  const migrate = (expected: number, start: () => Promise<unknown>, more: Partial<MigrateOrWaitOptions> = {}) =>
    migrateOrWait(kv, expected, {
      ...{ clock, onProgress: (line) => void lines.push(line), start: counted(start) },
      ...more,
    });
  const release = (held: HeldLease) => releaseLease(stateLeaseCell(kv), held);
  /** A run that brings the database to `version`. */
  const up = async (owner: string, version: number): Promise<void> => {
    const held = await beginRun(kv, owner, clock);
    await keepFor(held, clock, 10_000);
    await putVersion(kv, version);
    await release(held);
  };
  return { kv, clock, lines, starts, migrate, release, up };
}

describe('migrateOrWait', () => {
  test('starts nothing when the version fits', async () => {
    const { kv, starts, migrate } = setUp();
    await putVersion(kv, 7);
    await migrate(7, () => Promise.resolve());
    expect(starts).toEqual([]);
  });

  test.each([
    ['behind', 5],
    ['without a version', undefined],
  ])('starts the migration of data that is %s, and returns when it has ended', async (_name, found) => {
    const { kv, clock, starts, migrate, up } = setUp();
    if (found !== undefined) await putVersion(kv, found);
    const waiting = migrate(7, () => up('r1', 7));
    await runWith(clock, 1_000, [waiting]);
    await waiting;
    expect(starts).toHaveLength(1);
  });

  test('waits for a run that begins some time after it was started', async () => {
    const { kv, clock, lines, starts, migrate, up } = setUp();
    await putVersion(kv, 5);
    let execution = Promise.resolve();
    const waiting = migrate(7, async () => void (execution = clock.sleep(40_000).then(() => up('r1', 7))));
    await runWith(clock, 1_000, [waiting]);
    await Promise.all([waiting, execution]);
    expect(starts).toHaveLength(1);
    expect(lines[0]).toMatch(
      /at version 5; the migration was started \(1 of 3 times\) and does not own the database yet$/,
    );
    expect(lines.at(-1)).toMatch(/run r1, /);
  });

  test('of two that start at once, the loser of the lock waits for the winner', async () => {
    const { kv, clock, starts, migrate, release } = setUp();
    await putVersion(kv, 5);
    const refused: unknown[] = [];
    const up = (owner: string) => async () => {
      const options = { owner, who: 'ann', where: 'laptop', durationMs: leaseMs, clock };
      const own = await acquireLease(stateLeaseCell(kv), options).catch((error: unknown) => {
        refused.push(error);
        throw error;
      });
      const held = await beginRun(kv, own.owner, clock);
      await keepFor(held, clock, 40_000);
      await putVersion(kv, 7);
      await release(held);
    };
    const services = [migrate(7, up('r1')), migrate(7, up('r2'))];
    const results = await runWith(clock, 1_000, services);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
    expect(refused).toEqual([expect.any(LockHeldError)]);
    expect(starts).toHaveLength(2);
  });

  test('starts again when a run ended before the version was reached, three times at most', async () => {
    const { kv, clock, starts, migrate, release } = setUp();
    await putVersion(kv, 5);
    let runs = 0;
    const waiting = migrate(7, async () => {
      const held = await beginRun(kv, `r${++runs}`, clock);
      await keepFor(held, clock, 5_000);
      await release(held);
    });
    await runWith(clock, 1_000, [waiting]);
    await expect(waiting).rejects.toThrow(DataVersionError);
    await expect(waiting).rejects.toThrow(/was started 3 times and did not come to its end: the data is at version 5/);
    expect(starts).toHaveLength(3);
    expect(clock.monotonic()).toBeLessThan(60_000);
  });

  test('starts again when what was started never began', async () => {
    const { kv, clock, starts, migrate } = setUp();
    await putVersion(kv, 5);
    const waiting = migrate(7, () => Promise.resolve(), { beginMs: 20_000 });
    await runWith(clock, 1_000, [waiting]);
    await expect(waiting).rejects.toThrow(/was started 3 times/);
    expect(starts).toHaveLength(3);
    expect((starts[1] ?? 0) - (starts[0] ?? 0)).toBeGreaterThanOrEqual(20_000);
  });

  test('gives a run the time to watch the lease of a dead one', async () => {
    const { kv, clock, starts, migrate, up } = setUp();
    await putVersion(kv, 5);
    await beginRun(kv, 'dead', clock);
    let execution = Promise.resolve();
    const waiting = migrate(7, async () => void (execution = up('r1', 7)), { beginMs: 5_000 });
    await runWith(clock, 1_000, [waiting]);
    await Promise.all([waiting, execution]);
    expect(starts).toHaveLength(1);
    expect(clock.monotonic()).toBeGreaterThanOrEqual(2 * leaseMs);
  });

  test('returns though the run that it started took longer than it would have waited', async () => {
    const { kv, clock, migrate, up } = setUp();
    await putVersion(kv, 5);
    const waiting = migrate(7, () => up('r1', 7), { timeoutMs: 5_000 });
    await runWith(clock, 1_000, [waiting]);
    await waiting;
  });

  test('ends after the time that it was given when nothing begins', async () => {
    const { kv, clock, starts, migrate } = setUp();
    await putVersion(kv, 5);
    const waiting = migrate(7, () => Promise.resolve(), { timeoutMs: 10_000 });
    await runWith(clock, 1_000, [waiting]);
    const error = await waiting.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DataVersionTimeoutError);
    expect(error).toMatchObject({ found: 5, holder: undefined });
    expect(starts).toHaveLength(1);
  });

  test('passes on why nothing could be started, and does not try again', async () => {
    const { kv, starts, migrate } = setUp();
    await putVersion(kv, 5);
    const reason = new Error('AccessDenied');
    await expect(migrate(7, () => Promise.reject(reason))).rejects.toBe(reason);
    expect(starts).toHaveLength(1);
  });

  test('starts nothing for data that is ahead', async () => {
    const { kv, starts, migrate } = setUp();
    await putVersion(kv, 9);
    await expect(migrate(7, () => Promise.resolve())).rejects.toThrow(/deploy the code that expects 9/);
    expect(starts).toEqual([]);
  });
});
