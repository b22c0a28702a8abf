import type { Clock } from '../clock.js';
import { InputError, LockHeldError, OutcomeUnknownError, StoreUnavailableError } from '../errors.js';
import { systemClock } from '../system-clock.js';
import {
  isOwn,
  isSameRenewal,
  leaseRecordSchema,
  ownLease,
  renewed,
  type LeaseCell,
  type LeaseOwner,
  type LeaseRecord,
  type LeaseState,
  type LeaseView,
} from './lease-cell.js';
import { Backoff, type RetryOptions } from './retry-policy.js';

export type { LeaseCell, LeaseOwner, LeaseRecord, LeaseState, LeaseView } from './lease-cell.js';
export { holdLease, type HeldLease, type HoldLeaseOptions } from './held-lease.js';

/** How often a holder is looked at by one who waits for it. */
const pollMs = 1_000;
/** A cell is also changed for other reasons than its lease, so that writing it may take some tries. */
const contention = { attempts: 30, baseMs: 20, capMs: 500 };

export interface AcquireOptions extends RetryOptions {
  /** Unique to this owner: whoever asks with the same name gets the same lease. */
  readonly owner: string;
  /** For people: the person or role, and the host, that others are told of. */
  readonly who: string;
  readonly where: string;
  /** How long the lease lives without being renewed. */
  readonly durationMs: number;
  /** The token shall be larger than this one too: a cell that was set back has forgotten some. */
  readonly tokenAbove?: number;
  readonly signal?: AbortSignal;
  /** Called before each wait for a holder that may be dead; `remainingMs` until it counts as dead. */
  readonly onWaiting?: (holder: LeaseRecord, remainingMs: number) => void;
}

/**
 * Takes the lease, with a token larger than any before.
 *
 *   free, or released ------------------------------> taken
 *   held by this owner already ---------------------> returned as it is (a repeated call)
 *   held by another, and renewed or passed on
 *     while we watch -------------------------------> LockHeldError
 *   held by another, and unchanged for its whole
 *     duration, which our monotonic clock measures
 *     from the end of the read that saw it first ---> taken over
 *
 * No wall clock decides: a holder counts its lease from the start of its renewal, one who waits counts from a moment
 * after it, so that the holder's time is over first whatever their clocks say, if only both run at about one speed.
 *
 * Throws InputError for what could not be read back, before anything is written; LockHeldError; StoreUnavailableError when
 * others changed the entry each time; what the store throws; and the reason of `signal`.
 */
export async function acquireLease(cell: LeaseCell, options: AcquireOptions): Promise<LeaseRecord> {
  const { owner, clock = systemClock, signal } = options;
  assertLease(newLease({ token: 0 }, options, clock));
  const backoff = new Backoff(contention, options);
  let watched: { lease: LeaseRecord; sinceMs: number } | undefined;
  for (let collisions = 0; ;) {
    signal?.throwIfAborted();
    const view = await cell.read();
    const { lease } = view;
    if (lease?.owner === owner) return lease;
    if (lease !== undefined) {
      if (watched !== undefined && !isSameRenewal(watched.lease, lease)) throw new LockHeldError(lease, cell.what);
      watched ??= { lease, sinceMs: clock.monotonic() };
      const remainingMs = lease.durationMs - (clock.monotonic() - watched.sinceMs);
      if (remainingMs > 0) {
        options.onWaiting?.(lease, remainingMs);
        await clock.sleep(Math.min(pollMs, remainingMs), signal);
        continue;
      }
    }
    const taken = newLease(view, options, clock);
    if (await swapped(view, { lease: taken, token: taken.token })) return taken;
    if (!(await backoff.again(++collisions))) throw unsettled(cell);
  }
}

/** Adds one renewal to the lease. A lease that ran out but was not taken is renewed too. Throws LeaseLostError. */
export async function renewLease(cell: LeaseCell, own: LeaseOwner, options: RetryOptions = {}): Promise<LeaseRecord> {
  const backoff = new Backoff(contention, options);
  for (let attempt = 1; ; attempt++) {
    const view = await cell.read();
    const next = renewed(view, ownLease(view, own, cell.what));
    if (next.lease !== undefined && (await swapped(view, next))) return next.lease;
    if (!(await backoff.again(attempt))) throw unsettled(cell);
  }
}

/** Frees the lease for the next. One that is not, or no longer, the owner's is left alone. */
export async function releaseLease(cell: LeaseCell, own: LeaseOwner, options: RetryOptions = {}): Promise<void> {
  const backoff = new Backoff(contention, options);
  for (let attempt = 1; ; attempt++) {
    const view = await cell.read();
    if (!isOwn(view.lease, own)) return;
    if (await swapped(view, { token: view.token })) return;
    if (!(await backoff.again(attempt))) throw unsettled(cell);
  }
}

function newLease(view: LeaseState, options: AcquireOptions, clock: Clock): LeaseRecord {
  const { owner, who, where, durationMs, tokenAbove = 0 } = options;
  const since = new Date(clock.now()).toISOString();
  const token = Math.max(view.token, tokenAbove) + 1;
  return { owner, who, where, since, token, renewals: 0, durationMs };
}

/** What is written is read by everybody who comes later: nothing that they would refuse. */
function assertLease(lease: LeaseRecord): void {
  const { error } = leaseRecordSchema.safeParse(lease);
  if (error === undefined) return;
  throw new InputError(error.issues.map(({ path, message }) => ({ field: path.join('.'), message })));
}

/** False as well when it is unknown: the next read shows what became of it, since a lease names its owner. */
async function swapped(view: LeaseView, next: LeaseState): Promise<boolean> {
  try {
    return await view.swap(next);
  } catch (error) {
    if (error instanceof OutcomeUnknownError) return false;
    throw error;
  }
}

function unsettled({ what }: LeaseCell): StoreUnavailableError {
  return new StoreUnavailableError(`the lease on ${what} could not be written: others changed the entry each time`);
}
