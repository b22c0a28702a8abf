import type { KeyValueStore } from '../../kv/key-value-store.js';
import { isSameRenewal, type LeaseRecord } from '../../kv/lease-cell.js';
import type { RunRecord } from '../../ledger/ledger.js';
import { readState, type StateEntry } from '../../versions/state-entry.js';
import type { Dependencies } from '../dependencies.js';

const pollMs = 5_000;
/** Longer leases are not watched to their end in one look: the next one tells. */
const mostPatienceMs = 60_000;

/**
 * What the lock of a run's home says of it: `none`: it has not taken it yet, or it was freed. `passed`: another owner came
 * since, so that this run can do nothing any more, whatever the ledger says.
 */
export type Lock =
  { readonly whose: 'own'; readonly overdueMs: number } | { readonly whose: 'none' } | { readonly whose: 'passed' };

/**
 * Measures for how long locks have been past their lease. No time is in a lock: whoever holds it counts its renewals up, and
 * one that is not renewed for its whole duration is past it. So nobody else's clock counts here; and what was seen in a process
 * that is no more is measured anew.
 */
export class LockWatch {
  /** By run. */
  readonly #seen = new Map<string, { readonly lease: LeaseRecord; readonly sinceMs: number }>();

  constructor(private readonly deps: Pick<Dependencies, 'clock'>) {}

  /**
   * Looks at the lock of a run's home: until it is renewed or its time is over, a minute at most. Throws what reading the
   * state entry throws.
   */
  async look({ run, token }: Pick<RunRecord, 'run' | 'token'>, keyValues: KeyValueStore): Promise<Lock> {
    const { clock } = this.deps;
    if (token === undefined) return { whose: 'none' };
    const until = clock.now() + mostPatienceMs;
    for (let first: LeaseRecord | undefined; ;) {
      const state = await readState(keyValues);
      const whose = whoseLock(token, state);
      if (whose !== 'own' || state?.lease === undefined) return { whose: whose === 'own' ? 'none' : whose };
      const { lease } = state;
      first ??= lease;
      const overAt = this.#seenSince(run, lease) + lease.durationMs;
      const now = clock.now();
      if (now > overAt) return { whose: 'own', overdueMs: now - overAt };
      if (!isSameRenewal(first, lease) || overAt >= until) return { whose: 'own', overdueMs: 0 };
      await clock.sleep(Math.min(pollMs, overAt + 1 - now));
    }
  }

  /** Forgets all but these: the others are over. */
  keep(runs: ReadonlySet<string>): void {
    for (const run of this.#seen.keys()) if (!runs.has(run)) this.#seen.delete(run);
  }

  /**
   * Since when the lease has been as it is. By this machine's own wall clock: the monotonic one may stand still while a
   * function's environment is frozen between two calls.
   */
  #seenSince(run: string, lease: LeaseRecord): number {
    const seen = this.#seen.get(run);
    if (seen !== undefined && isSameRenewal(seen.lease, lease)) return seen.sinceMs;
    const sinceMs = this.deps.clock.now();
    this.#seen.set(run, { lease, sinceMs });
    return sinceMs;
  }
}

/** A run's token is that of its lease; the largest one that was given is larger where a database moved to a store that has had others. */
function whoseLock(token: number, state: StateEntry | undefined): Lock['whose'] {
  if (state === undefined) return 'none';
  if (state.lease !== undefined) return state.lease.token === token ? 'own' : 'passed';
  return state.token > token ? 'passed' : 'none';
}
