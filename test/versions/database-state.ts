import { acquireLease, holdLease, type HeldLease } from '../../src/kv/lease.js';
import type { KeyValueStore } from '../../src/kv/key-value-store.js';
import { changeState, stateLeaseCell, type AttemptState } from '../../src/versions/state-entry.js';
import type { ManualClock } from '../support/manual-clock.js';

export const leaseMs = 30_000;

/** A database that is at this version. */
export async function putVersion(kv: KeyValueStore, version: number): Promise<void> {
  await changeState(kv, (state) => ({ ...state, version, baseline: state.baseline ?? 0 }));
}

/** An unfinished attempt of the migration that leads to `version`. */
export const attemptOf = (version: number): AttemptState => ({
  id: `a${version}`,
  spec: `up:${version}:c0ffee`,
  description: `migration 000${version}_split`,
  startedAt: '2026-01-01T00:00:00.000Z',
  phase: 'carry',
});

/** A run that takes the lock as ann, on a laptop. */
export async function beginRun(kv: KeyValueStore, owner: string, clock: ManualClock): Promise<HeldLease> {
  const cell = stateLeaseCell(kv);
  const { token } = await acquireLease(cell, { owner, who: 'ann', where: 'laptop', durationMs: leaseMs, clock });
  const held = holdLease({ cell, owner, token, durationMs: leaseMs, requestTimeoutMs: 5_000, clock });
  await held.keep();
  return held;
}

/** Keeps the lock for this time, a second at a time. */
export async function keepFor(held: HeldLease, clock: ManualClock, ms: number): Promise<void> {
  for (let passedMs = 0; passedMs < ms; passedMs += 1_000) {
    await clock.sleep(1_000);
    await held.keep();
  }
}
