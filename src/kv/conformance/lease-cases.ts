import assert from 'node:assert/strict';
import { checkedStore } from '../checked-store.js';
import type { KeyValueStore } from '../key-value-store.js';
import type { LeaseCell, LeaseRecord } from '../lease-cell.js';
import { acquireLease, holdLease, releaseLease, renewLease, type HeldLease } from '../lease.js';
import { rejects } from './bytes.js';
import { faultyDriver, type Fault } from './faulty-driver.js';
import { ManualClock, runWith } from './manual-clock.js';
import { quick, type Cases, type World } from './world.js';

/** The lease of a store. */
export type CellOf = (store: KeyValueStore) => LeaseCell;

const durationMs = 30_000;
const person = { who: 'ann', where: 'laptop', durationMs };

const acquire = (cell: LeaseCell, owner: string, clock: ManualClock, signal?: AbortSignal): Promise<LeaseRecord> =>
  acquireLease(cell, { ...person, owner, clock, ...(signal === undefined ? {} : { signal }) });
const hold = (cell: LeaseCell, owner: string, token: number, clock: ManualClock): HeldLease =>
  holdLease({ cell, owner, token, durationMs, requestTimeoutMs: 5_000, clock });
const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** The lease, over any driver. Time passes only when nobody waits for the engine. */
export function leaseCases(cellOf: CellOf): Cases {
  const open = async (world: World): Promise<[LeaseCell, ManualClock]> => [
    cellOf(await world.store()),
    new ManualClock(),
  ];
  return {
    ...ownerCases(open),
    ...deadHolderCases(open),
    ...clockCases(open),
    ...holderClockCases(open),
    ...lostAnswerCases(cellOf),
  };
}

type Open = (world: World) => Promise<[LeaseCell, ManualClock]>;

function ownerCases(open: Open): Cases {
  return {
    'lease: each new owner has a larger token, which outlives a release': async (world) => {
      const [cell, clock] = await open(world);
      const { owner, who, where, token } = await acquire(cell, 'a', clock);
      assert.deepEqual({ owner, who, where, token }, { owner: 'a', who: 'ann', where: 'laptop', token: 1 });
      assert.equal((await acquire(cell, 'a', clock)).token, 1);
      await releaseLease(cell, { owner: 'b', token: 1 });
      await releaseLease(cell, { owner: 'a', token: 2 });
      assert.equal((await cell.read()).lease?.owner, 'a');
      await releaseLease(cell, { owner: 'a', token: 1 });
      await releaseLease(cell, { owner: 'a', token: 1 });
      const view = await cell.read();
      assert.deepEqual([view.lease, view.token], [undefined, 1]);
      assert.equal((await acquire(cell, 'a', clock)).token, 2);
    },
    'lease: what nobody could read back is refused, and nothing is written': async (world) => {
      const [cell, clock] = await open(world);
      for (const durationMs of [0, -1, Number.NaN])
        await rejects(acquireLease(cell, { ...person, owner: 'a', durationMs, clock }), 'InputError', /^durationMs: /);
      const nobody = { ...person, owner: undefined as unknown as string, clock };
      await rejects(acquireLease(cell, nobody), 'InputError', /^owner: /);
      assert.deepEqual((await cell.read()).revision, 0);
    },
    'lease: of 2 contenders one owns it while it renews, and the others learn who': (world) => contend(open, world, 2),
    'lease: of 50 contenders one owns it while it renews, and the others learn who': (world) =>
      contend(open, world, 50),
    'lease: who waits takes it as soon as it is released': async (world) => {
      const [cell, clock] = await open(world);
      await acquire(cell, 'a', clock);
      let waitsFor: string | undefined;
      const onWaiting = (holder: LeaseRecord) => void (waitsFor = holder.owner);
      const waiting = acquireLease(cell, { ...person, owner: 'b', clock, onWaiting });
      while (waitsFor === undefined) await tick();
      assert.equal(waitsFor, 'a');
      await releaseLease(cell, { owner: 'a', token: 1 });
      await runWith(clock, 1_000, [waiting]);
      assert.equal((await waiting).token, 2);
      assert(clock.monotonic() < durationMs);
    },
  };
}

async function contend(open: Open, world: World, count: number): Promise<void> {
  const [cell, clock] = await open(world);
  let waiting = count;
  const contender = async (owner: string): Promise<string> => {
    const lease = await acquire(cell, owner, clock).finally(() => waiting--);
    const held = hold(cell, owner, lease.token, clock);
    for (; waiting > 0; await clock.sleep(1_000)) await held.keep();
    held.assertMaySend();
    return owner;
  };
  const contenders = Array.from({ length: count }, (_, index) => contender(`run ${index}`));
  const results = await runWith(clock, 1_000, contenders);
  const owners = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  assert.equal(owners.length, 1);
  for (const result of results) {
    if (result.status === 'fulfilled') continue;
    const { name, holder } = result.reason as { name: string; holder?: { owner: string } };
    assert.deepEqual([name, holder?.owner], ['LockHeldError', owners[0]]);
  }
}

function deadHolderCases(open: Open): Cases {
  return {
    'lease: of 2 contenders one takes over from a killed holder, after its whole time': (world) =>
      takeOver(open, world, 2),
    'lease: of 50 contenders one takes over from a killed holder, after its whole time': (world) =>
      takeOver(open, world, 50),
    'lease: a holder that was paused past its time can do nothing any more': async (world) => {
      const [cell, clock] = await open(world);
      const held = hold(cell, 'paused', (await acquire(cell, 'paused', clock)).token, clock);
      await held.keep();
      held.assertMaySend();
      clock.advance(1_000);
      const other = acquire(cell, 'other', clock);
      await runWith(clock, 1_000, [other]);
      assert.equal((await other).token, 2);
      assert.throws(() => held.assertMaySend(), { name: 'LeaseLostError' });
      assert.equal(held.validForMs(), 0);
      await rejects(held.keep(), 'LeaseLostError', /run other owns it/);
      await rejects(renewLease(cell, held), 'LeaseLostError');
      await releaseLease(cell, held);
      const { lease } = await cell.read();
      assert.deepEqual([lease?.owner, lease?.token, lease?.renewals], ['other', 2, 0]);
    },
    'lease: one that ran out, and that nobody took, is renewed': async (world) => {
      const [cell, clock] = await open(world);
      const held = hold(cell, 'slow', (await acquire(cell, 'slow', clock)).token, clock);
      await held.keep();
      clock.advance(10 * durationMs);
      assert.throws(() => held.assertMaySend(), { name: 'LeaseLostError' });
      await held.keep();
      held.assertMaySend();
      assert.equal((await renewLease(cell, held)).renewals, 3);
    },
  };
}

async function takeOver(open: Open, world: World, count: number): Promise<void> {
  const [cell, clock] = await open(world);
  await acquire(cell, 'dead', clock);
  const contenders = Array.from({ length: count }, (_, index) => acquire(cell, `run ${index}`, clock));
  const results = await runWith(clock, 1_000, contenders);
  const tokens = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value.token] : []));
  assert.deepEqual(tokens, [2]);
  assert(clock.monotonic() >= durationMs);
  for (const result of results) {
    if (result.status === 'fulfilled') continue;
    const { name, holder } = result.reason as { name: string; holder?: { token: number } };
    assert.deepEqual([name, holder?.token], ['LockHeldError', 2]);
  }
}

function clockCases(open: Open): Cases {
  return {
    'lease: wall clocks that jump decide nothing': async (world) => {
      const [cell, clock] = await open(world);
      const held = hold(cell, 'a', (await acquire(cell, 'a', clock)).token, clock);
      await held.keep();
      const year = 365 * 24 * 3_600_000;
      const future = new ManualClock(clock.wall + year);
      const waiting = acquire(cell, 'b', future);
      while (future.sleeping === 0) await tick();
      clock.wall -= year;
      future.wall += year;
      future.advance(durationMs - 1_001);
      clock.advance(durationMs - 1_001);
      while (future.sleeping === 0) await tick();
      await held.keep();
      held.assertMaySend();
      await runWith(future, 1_000, [waiting]);
      await rejects(waiting, 'LockHeldError');
    },
    'lease: who waits by a clock that stands still never takes over, and can be stopped': async (world) => {
      const [cell, clock] = await open(world);
      const [stopped, stop] = [new ManualClock(), new AbortController()];
      await acquire(cell, 'a', clock);
      const waiting = acquire(cell, 'b', stopped, stop.signal);
      while (stopped.sleeping === 0) await tick();
      clock.advance(100 * durationMs);
      stopped.wall += 100 * durationMs;
      stop.abort(new Error('enough'));
      await rejects(waiting, 'Error', /enough/);
      assert.equal((await cell.read()).lease?.owner, 'a');
    },
  };
}

function holderClockCases(open: Open): Cases {
  return {
    'lease: a holder whose machine slept may send nothing, though its monotonic clock stood still meanwhile': async (
      world,
    ) => {
      const [cell, clock] = await open(world);
      const sleeper = new ManualClock();
      const held = hold(cell, 'sleeper', (await acquire(cell, 'sleeper', sleeper)).token, sleeper);
      await held.keep();
      const other = acquire(cell, 'other', clock);
      await runWith(clock, 1_000, [other]);
      sleeper.wall += clock.monotonic();
      assert.throws(() => held.assertMaySend(), { name: 'LeaseLostError' });
      assert.equal(held.validForMs(), 0);
      await rejects(held.keep(), 'LeaseLostError', /run other owns it/);
    },
    'lease: a holder whose clock stands still is refused by the entry': async (world) => {
      const [cell, clock] = await open(world);
      const stopped = new ManualClock();
      const held = hold(cell, 'frozen', (await acquire(cell, 'frozen', stopped)).token, stopped);
      await held.keep();
      const other = acquire(cell, 'other', clock);
      await runWith(clock, 1_000, [other]);
      await rejects(renewLease(cell, held), 'LeaseLostError');
      assert.equal((await cell.read()).lease?.owner, 'other');
    },
  };
}

function lostAnswerCases(cellOf: CellOf): Cases {
  const faults: Fault[] = ['answer lost', 'request lost', 'throttled', 'not sent'];
  const each = faults.map((fault) => [
    `lease: is taken, kept and released when each second request meets "${String(fault)}"`,
    async (world: World) => {
      const driver = await world.driver();
      const everySecond = Array.from({ length: 30 }, (_, index): Fault => (index % 2 === 0 ? 'pass' : fault));
      const cell = cellOf(checkedStore(faultyDriver(driver, everySecond), quick));
      const clock = new ManualClock();
      const acquiring = acquire(cell, 'a', clock);
      await runWith(clock, 10, [acquiring]);
      assert.equal((await acquiring).token, 1);
      const held = hold(cell, 'a', 1, clock);
      await held.keep();
      clock.advance(durationMs / 3);
      await held.keep();
      assert.equal(held.validForMs(), durationMs);
      await releaseLease(cell, { owner: 'a', token: 1 });
      const after = await cellOf(checkedStore(driver, quick)).read();
      assert.deepEqual([after.lease, after.token], [undefined, 1]);
    },
  ]);
  return Object.fromEntries(each) as Cases;
}
