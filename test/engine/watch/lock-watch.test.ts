import { LockWatch } from '../../../src/engine/watch/lock-watch.js';
import { acquireLease, releaseLease, renewLease } from '../../../src/kv/lease.js';
import { openMemoryStore } from '../../../src/stores/memory/memory-store.js';
import { changeState, stateLeaseCell } from '../../../src/versions/state-entry.js';
import { SkippingClock } from './skipping-clock.js';

const durationMs = 30_000;
const start = Date.UTC(2026, 10, 2, 8);

/** A database whose lock the run `nightly` has taken. */
async function locked(ms = durationMs) {
  const { keyValues } = openMemoryStore();
  const cell = stateLeaseCell(keyValues);
  const clock = new SkippingClock(start);
  const options = { owner: 'nightly', who: 'anna', where: 'here', durationMs: ms, clock };
  const own = await acquireLease(cell, options);
  const watch = new LockWatch({ clock });
  return { keyValues, cell, clock, own, watch, run: { run: 'nightly', token: own.token } };
}

describe('the lock of a run', () => {
  test('is in time when it is renewed while it is looked at, however late in its time', async () => {
    const { keyValues, cell, clock, own, watch, run } = await locked();
    clock.onSleep = async () => {
      if (clock.sleeps === 5) await renewLease(cell, own);
    };
    expect(await watch.look(run, keyValues)).toEqual({ whose: 'own', overdueMs: 0 });
    expect(clock.sleeps).toBe(5);
  });

  test('is past its lease as soon as it was not renewed for all its time, and more so with each look', async () => {
    const { keyValues, clock, watch, run } = await locked();
    expect(await watch.look(run, keyValues)).toEqual({ whose: 'own', overdueMs: 1 });
    expect(clock.wall - start).toBe(durationMs + 1);
    clock.wall = start + 300_000;
    expect(await watch.look(run, keyValues)).toEqual({ whose: 'own', overdueMs: 270_000 });
    expect(clock.sleeps).toBe(7);
  });

  test('is in time again once it was renewed', async () => {
    const { keyValues, cell, clock, own, watch, run } = await locked();
    await watch.look(run, keyValues);
    clock.wall += 300_000;
    await renewLease(cell, own);
    clock.onSleep = async () => void (await renewLease(cell, own));
    expect(await watch.look(run, keyValues)).toEqual({ whose: 'own', overdueMs: 0 });
  });

  test('is judged by no time that others wrote: a holder whose clock is a day ahead or behind is in time', async () => {
    for (const skewMs of [-86_400_000, 86_400_000]) {
      const { keyValues, cell, clock, own, watch, run } = await locked();
      clock.wall += skewMs;
      clock.onSleep = async () => void (await renewLease(cell, own));
      expect(await watch.look(run, keyValues)).toEqual({ whose: 'own', overdueMs: 0 });
    }
  });

  test('with a lease longer than a look is told of by the next one', async () => {
    const { keyValues, clock, watch, run } = await locked(120_000);
    expect(await watch.look(run, keyValues)).toEqual({ whose: 'own', overdueMs: 0 });
    expect(clock.sleeps).toBe(0);
    clock.wall += 300_000;
    expect(await watch.look(run, keyValues)).toEqual({ whose: 'own', overdueMs: 180_000 });
  });

  test('is measured anew by a watcher that begins anew', async () => {
    const { keyValues, clock, watch, run } = await locked();
    await watch.look(run, keyValues);
    clock.wall += 300_000;
    expect(await new LockWatch({ clock }).look(run, keyValues)).toEqual({ whose: 'own', overdueMs: 1 });
  });

  test('has passed to another owner, whose it is or was', async () => {
    const { keyValues, cell, clock, own, watch, run } = await locked();
    await releaseLease(cell, own);
    expect(await watch.look(run, keyValues)).toEqual({ whose: 'none' });
    const next = await acquireLease(cell, { owner: 'other', who: 'b', where: 'c', durationMs, clock });
    expect(await watch.look(run, keyValues)).toEqual({ whose: 'passed' });
    await releaseLease(cell, next);
    expect(await watch.look(run, keyValues)).toEqual({ whose: 'passed' });
  });

  test('is its own in a store that has given larger tokens, to which its database moved', async () => {
    const { keyValues, cell, own, clock, watch, run } = await locked();
    await changeState(keyValues, (state) => ({ ...state, token: 99 }));
    clock.onSleep = async () => void (await renewLease(cell, own));
    expect(await watch.look(run, keyValues)).toEqual({ whose: 'own', overdueMs: 0 });
  });

  test('is nobody’s before it was taken, and in a store without a state entry', async () => {
    const { keyValues, watch } = await locked();
    expect(await watch.look({ run: 'new' }, keyValues)).toEqual({ whose: 'none' });
    expect(await watch.look({ run: 'new', token: 1 }, openMemoryStore().keyValues)).toEqual({ whose: 'none' });
  });
});
