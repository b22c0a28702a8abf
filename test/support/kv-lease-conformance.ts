import { LeaseLostError, LockHeldError } from '../../src/errors.js';
import { checkedStore } from '../../src/kv/checked-store.js';
import type { KeyValueDriver } from '../../src/kv/key-value-driver.js';
import type { KeyValueStore } from '../../src/kv/key-value-store.js';
import {
  acquireLease,
  holdLease,
  releaseLease,
  renewLease,
  type HeldLease,
  type LeaseRecord,
} from '../../src/kv/lease.js';
import { changeState, changeStateAsOwner, readState, stateLeaseCell } from '../../src/versions/state-entry.js';
import { faultyDriver, type Fault } from './kv-faults.js';
import { ManualClock, runWith } from './manual-clock.js';

const durationMs = 30_000;
const quick = { retry: { baseMs: 1, capMs: 5 } };
const person = { who: 'ann', where: 'laptop', durationMs };

/** The lease in the state entry, over any driver. Time passes only when nobody waits for the engine. */
export function leaseConformance(openDriver: () => Promise<KeyValueDriver>): void {
  const open = async (): Promise<KeyValueStore> => checkedStore(await openDriver(), quick);
  oneOwner(open);
  deadHolders(open);
  clocks(open);
  lostAnswers(openDriver);
}

type Open = () => Promise<KeyValueStore>;

const acquire = (store: KeyValueStore, owner: string, clock: ManualClock, signal?: AbortSignal): Promise<LeaseRecord> =>
  acquireLease(stateLeaseCell(store), { ...person, owner, clock, ...(signal === undefined ? {} : { signal }) });

const hold = (store: KeyValueStore, owner: string, token: number, clock: ManualClock): HeldLease =>
  holdLease({ cell: stateLeaseCell(store), owner, token, durationMs, requestTimeoutMs: 5_000, clock });

const release = (store: KeyValueStore, owner: string, token: number): Promise<void> =>
  releaseLease(stateLeaseCell(store), { owner, token });

function oneOwner(open: Open): void {
  test('lease: each new owner has a larger token, which outlives a release', async () => {
    const [store, clock] = [await open(), new ManualClock()];
    expect(await acquire(store, 'a', clock)).toMatchObject({ owner: 'a', who: 'ann', where: 'laptop', token: 1 });
    expect(await acquire(store, 'a', clock)).toMatchObject({ token: 1, renewals: 0 });
    await release(store, 'b', 1);
    await release(store, 'a', 2);
    expect((await readState(store))?.lease?.owner).toBe('a');
    await release(store, 'a', 1);
    await release(store, 'a', 1);
    expect(await readState(store)).toMatchObject({ token: 1, version: 0 });
    expect((await acquire(store, 'a', clock)).token).toBe(2);
  });

  test.each([2, 50])('lease: of %d contenders one owns it while it renews, and the others learn who', async (count) => {
    const [store, clock] = [await open(), new ManualClock()];
    let waiting = count - 1;
    const contend = async (owner: string): Promise<LeaseRecord> => {
      const lease = await acquire(store, owner, clock).catch((error: unknown) => {
        waiting--;
        throw error;
      });
      const held = hold(store, owner, lease.token, clock);
      for (; waiting > 0; await clock.sleep(1_000)) await held.keep();
      held.assertMaySend();
      return lease;
    };
    const results = await runWith(
      clock,
      1_000,
      Array.from({ length: count }, (_, index) => contend(`run ${index}`)),
    );
    const owners = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    expect(owners).toHaveLength(1);
    const errors = results.flatMap((result): unknown[] => (result.status === 'rejected' ? [result.reason] : []));
    expect(errors).toHaveLength(count - 1);
    for (const error of errors)
      expect(error).toMatchObject({ name: 'LockHeldError', holder: { owner: owners[0]?.owner } });
  });

  test('lease: who waits takes it as soon as it is released', async () => {
    const [store, clock] = [await open(), new ManualClock()];
    await acquire(store, 'a', clock);
    let waits = 0;
    const waiting = acquireLease(stateLeaseCell(store), {
      ...person,
      owner: 'b',
      clock,
      onWaiting: (holder) => {
        expect(holder.owner).toBe('a');
        waits++;
      },
    });
    while (waits === 0) await new Promise((resolve) => setImmediate(resolve));
    await release(store, 'a', 1);
    await runWith(clock, 1_000, [waiting]);
    expect(await waiting).toMatchObject({ owner: 'b', token: 2 });
    expect(clock.monotonic()).toBeLessThan(durationMs);
  });
}

function deadHolders(open: Open): void {
  test.each([2, 50])(
    'lease: of %d contenders one takes over from a killed holder, after its whole time',
    async (count) => {
      const [store, clock] = [await open(), new ManualClock()];
      await acquire(store, 'dead', clock);
      // What else lies in the entry may change meanwhile: that is no sign of life.
      const bystander = async (): Promise<never> => {
        await clock.sleep(3_000);
        await changeState(store, (state) => ({ ...state, cleanup: ['something'] }));
        throw new Error('not a contender');
      };
      const contenders = Array.from({ length: count }, (_, index) => acquire(store, `run ${index}`, clock));
      const results = await runWith(clock, 1_000, [...contenders, bystander()]);
      const owners = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
      expect(owners).toMatchObject([{ token: 2 }]);
      expect(clock.monotonic()).toBeGreaterThanOrEqual(durationMs);
      const losers = results.slice(0, count).filter(({ status }) => status === 'rejected');
      for (const loser of losers)
        expect(loser).toMatchObject({ reason: { name: 'LockHeldError', holder: { token: 2 } } });
      expect(await readState(store)).toMatchObject({ cleanup: ['something'], lease: { token: 2 } });
    },
  );

  test('lease: a holder that was paused past its time can do nothing any more', async () => {
    const [store, clock] = [await open(), new ManualClock()];
    const held = hold(store, 'paused', (await acquire(store, 'paused', clock)).token, clock);
    await held.keep();
    held.assertMaySend();
    clock.advance(1_000);
    const other = acquire(store, 'other', clock);
    await runWith(clock, 1_000, [other]);
    expect((await other).token).toBe(2);
    expect(() => held.assertMaySend()).toThrow(LeaseLostError);
    expect(held.validForMs()).toBe(0);
    await expect(held.keep()).rejects.toThrow(/run other owns it/);
    const own = { owner: 'paused', token: 1 };
    await expect(renewLease(stateLeaseCell(store), own)).rejects.toThrow(LeaseLostError);
    await expect(changeStateAsOwner(store, own, (state) => ({ ...state, version: 7 }))).rejects.toThrow(LeaseLostError);
    await release(store, 'paused', 1);
    expect(await readState(store)).toMatchObject({ version: 0, lease: { owner: 'other', token: 2, renewals: 0 } });
  });

  test('lease: one that ran out, and that nobody took, is renewed', async () => {
    const [store, clock] = [await open(), new ManualClock()];
    const held = hold(store, 'slow', (await acquire(store, 'slow', clock)).token, clock);
    await held.keep();
    clock.advance(10 * durationMs);
    expect(() => held.assertMaySend()).toThrow(LeaseLostError);
    await held.keep();
    held.assertMaySend();
    expect(await renewLease(stateLeaseCell(store), held)).toMatchObject({ renewals: 3 });
  });
}

function clocks(open: Open): void {
  test('lease: wall clocks that jump decide nothing', async () => {
    const [store, clock] = [await open(), new ManualClock()];
    const held = hold(store, 'a', (await acquire(store, 'a', clock)).token, clock);
    await held.keep();
    const year = 365 * 24 * 3_600_000;
    const future = new ManualClock(clock.wall + year);
    const stop = new AbortController();
    const waiting = acquire(store, 'b', future, stop.signal);
    while (future.sleeping === 0) await new Promise((resolve) => setImmediate(resolve));
    clock.wall -= year;
    future.wall += year;
    future.advance(durationMs - 1_001);
    clock.advance(durationMs - 1_001);
    while (future.sleeping === 0) await new Promise((resolve) => setImmediate(resolve));
    await held.keep();
    held.assertMaySend();
    await runWith(future, 1_000, [waiting]);
    await expect(waiting).rejects.toThrow(LockHeldError);
  });

  test('lease: who waits by a clock that stands still never takes over, and can be stopped', async () => {
    const [store, clock, stopped] = [await open(), new ManualClock(), new ManualClock()];
    await acquire(store, 'a', clock);
    const stop = new AbortController();
    const waiting = acquire(store, 'b', stopped, stop.signal);
    while (stopped.sleeping === 0) await new Promise((resolve) => setImmediate(resolve));
    clock.advance(100 * durationMs);
    stopped.wall += 100 * durationMs;
    stop.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    expect((await readState(store))?.lease?.owner).toBe('a');
  });

  test('lease: a holder whose clock stands still is refused by the entry', async () => {
    const [store, clock, stopped] = [await open(), new ManualClock(), new ManualClock()];
    const held = hold(store, 'frozen', (await acquire(store, 'frozen', stopped)).token, stopped);
    await held.keep();
    const other = acquire(store, 'other', clock);
    await runWith(clock, 1_000, [other]);
    await expect(changeStateAsOwner(store, held, (state) => ({ ...state, version: 1 }))).rejects.toThrow(
      LeaseLostError,
    );
    expect(await readState(store)).toMatchObject({ version: 0, lease: { owner: 'other' } });
  });
}

function lostAnswers(openDriver: () => Promise<KeyValueDriver>): void {
  const faults: Fault[] = ['answer lost', 'request lost', 'throttled', 'not sent'];
  test.each(faults)('lease: is taken, kept and released when each second request meets "%s"', async (fault) => {
    const driver = await openDriver();
    const everySecond = Array.from({ length: 30 }, (_, index): Fault => (index % 2 === 0 ? 'pass' : fault));
    const store = checkedStore(faultyDriver(driver, everySecond), quick);
    const clock = new ManualClock();
    const acquiring = acquire(store, 'a', clock);
    await runWith(clock, 10, [acquiring]);
    expect(await acquiring).toMatchObject({ owner: 'a', token: 1 });
    const held = hold(store, 'a', 1, clock);
    await held.keep();
    clock.advance(durationMs / 3);
    await held.keep();
    expect(held.validForMs()).toBe(durationMs);
    await release(store, 'a', 1);
    const after = await readState(checkedStore(driver, quick));
    expect(after).toMatchObject({ token: 1 });
    expect(after?.lease).toBeUndefined();
  });
}
