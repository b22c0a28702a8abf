import type { Clock } from '../clock.js';
import { InputError, LeaseLostError, OutcomeUnknownError, StoreUnavailableError } from '../errors.js';
import { systemClock } from '../system-clock.js';
import { ownLease, renewed, type LeaseCell, type LeaseOwner, type LeaseRecord, type LeaseView } from './lease-cell.js';
import { elapsedMs, momentNow, type Moment } from './moment.js';

/** A lease as one worker of its owner holds it. Other workers of the same owner renew the same lease. */
export interface HeldLease extends LeaseOwner {
  /**
   * Keeps the lease alive; cheap when it is not yet time (a third of the duration). Throws LeaseLostError when another
   * owns it. Any other error: this time it was not renewed; what was valid stays valid until its time is over.
   */
  keep(): Promise<void>;
  /** Throws LeaseLostError when the lease may run out before a request that is sent now has ended; before the first `keep` too. */
  assertMaySend(): void;
  /** How long the lease is certainly this owner's, in ms; 0 when that is over. */
  validForMs(): number;
  /** The revision of the cell that this worker saw last; 0 before the first `keep`. */
  revision(): number;
}

export interface HoldLeaseOptions extends LeaseOwner {
  readonly cell: LeaseCell;
  readonly durationMs: number;
  /** How long a request that is sent now may still be under way. */
  readonly requestTimeoutMs: number;
  readonly clock?: Clock;
}

/** A cell may be changed by others so often between a read and a write; each change may be another worker's renewal. */
const tries = 20;

/**
 * Holds a lease that `acquireLease` gave to this owner, perhaps in another process.
 *
 * When is it certainly ours? A contender takes over when it saw the same renewal for the whole duration. So from any
 * moment before a renewal took effect, the duration is ours: from the start of our own renewing write, or, when a read
 * shows that another worker renewed since our last read, from the start of that last read. Time goes by the clock that
 * went further since: who slept with the machine did not renew, though the monotonic clock may not know it.
 */
export function holdLease(options: HoldLeaseOptions): HeldLease {
  const { durationMs, requestTimeoutMs } = options;
  if (!(requestTimeoutMs < (durationMs * 2) / 3)) {
    const message = `must be less than two thirds of the lease's ${durationMs} ms, else nothing could ever be sent; it is ${requestTimeoutMs}`;
    throw new InputError([{ field: 'requestTimeoutMs', message }]);
  }
  return new WorkerLease(options);
}

class WorkerLease implements HeldLease {
  readonly owner: string;
  readonly token: number;
  readonly #clock: Clock;
  /** From when on the duration counts; undefined before the first `keep`. */
  #validFrom: Moment | undefined;
  /** When that was learned. */
  #extendedAt: Moment | undefined;
  #revision = 0;
  #lastRead: { readonly startedAt: Moment; readonly renewals: number } | undefined;
  #lost: LeaseLostError | undefined;
  #keeping: Promise<void> | undefined;

  constructor(readonly options: HoldLeaseOptions) {
    this.owner = options.owner;
    this.token = options.token;
    this.#clock = options.clock ?? systemClock;
  }

  keep(): Promise<void> {
    this.#keeping ??= this.#keep().finally(() => (this.#keeping = undefined));
    return this.#keeping;
  }

  assertMaySend(): void {
    if (this.#lost !== undefined) throw this.#lost;
    const { requestTimeoutMs, cell } = this.options;
    if (this.#leftMs() >= requestTimeoutMs) return;
    throw new LeaseLostError(
      this.#validFrom === undefined
        ? `run ${this.owner} may not write to ${cell.what} yet: its lease was not kept once (token ${this.token})`
        : `run ${this.owner} may no longer write to ${cell.what}: its lease was not renewed in time (token ${this.token})`,
    );
  }

  validForMs(): number {
    return this.#lost === undefined ? Math.max(0, this.#leftMs()) : 0;
  }

  revision(): number {
    return this.#revision;
  }

  /** Below 0 when the time is over. */
  #leftMs(): number {
    if (this.#validFrom === undefined) return Number.NEGATIVE_INFINITY;
    return this.options.durationMs - elapsedMs(this.#clock, this.#validFrom);
  }

  async #keep(): Promise<void> {
    const { cell, durationMs } = this.options;
    if (this.#lost !== undefined) throw this.#lost;
    if (this.#extendedAt !== undefined && elapsedMs(this.#clock, this.#extendedAt) < durationMs / 3) return;
    for (let attempt = 1; attempt <= tries; attempt++) {
      const startedAt = momentNow(this.#clock);
      const view = await cell.read();
      const lease = this.#own(view);
      this.#revision = view.revision;
      if (this.#learn(startedAt, lease)) return;
      if (await this.#renew(view, lease)) return;
    }
    throw new StoreUnavailableError(
      `the lease on ${cell.what} could not be renewed: others changed the entry each time`,
    );
  }

  #own(view: LeaseView): LeaseRecord {
    try {
      return ownLease(view, this.options, this.options.cell.what);
    } catch (error) {
      if (error instanceof LeaseLostError) this.#lost = error;
      throw error;
    }
  }

  /** True: another worker renewed recently enough that this one need not write. */
  #learn(startedAt: Moment, lease: LeaseRecord): boolean {
    const { durationMs, requestTimeoutMs } = this.options;
    const before = this.#lastRead;
    this.#lastRead = { startedAt, renewals: lease.renewals };
    if (before === undefined || before.renewals === lease.renewals) return false;
    this.#extend(before.startedAt);
    return this.#leftMs() - durationMs / 3 >= requestTimeoutMs;
  }

  async #renew(view: LeaseView, lease: LeaseRecord): Promise<boolean> {
    const startedAt = momentNow(this.#clock);
    try {
      if (!(await view.swap(renewed(view, lease)))) return false;
    } catch (error) {
      // The next read shows one more renewal if it was made.
      if (error instanceof OutcomeUnknownError) return false;
      throw error;
    }
    this.#revision = view.revision + 1;
    this.#lastRead = { startedAt, renewals: lease.renewals + 1 };
    this.#extend(startedAt);
    return true;
  }

  #extend(from: Moment): void {
    if (this.#validFrom === undefined || from.monotonicMs >= this.#validFrom.monotonicMs) this.#validFrom = from;
    this.#extendedAt = momentNow(this.#clock);
  }
}
