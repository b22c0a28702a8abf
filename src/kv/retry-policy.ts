import type { Clock } from '../clock.js';
import { systemClock } from '../system-clock.js';

/** How often and how fast something is tried again. */
export interface RetryPolicy {
  /** All tries, the first included. */
  readonly attempts: number;
  /** The longest wait before the second try; it doubles with each further one ... */
  readonly baseMs: number;
  /** ... up to this. */
  readonly capMs: number;
}

/** What waiting needs, passed in so that tests decide it. */
export interface RetryOptions {
  readonly retry?: Partial<RetryPolicy>;
  readonly clock?: Clock;
  /** 0 inclusive to 1 exclusive. */
  readonly random?: () => number;
}

/** Waits after failed tries: a random time up to the doubled one ("full jitter"), so that those who collided spread out. */
export class Backoff {
  readonly attempts: number;
  readonly #policy: RetryPolicy;
  readonly #clock: Clock;
  readonly #random: () => number;

  constructor(defaults: RetryPolicy, options: RetryOptions = {}) {
    this.#policy = { ...defaults, ...options.retry };
    this.attempts = this.#policy.attempts;
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? Math.random;
  }

  /**
   * Waits after the failed try number `attempt`, counted from 1. False, at once, when it was the last one.
   * https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/
   */
  async again(attempt: number): Promise<boolean> {
    if (attempt >= this.attempts) return false;
    const { baseMs, capMs } = this.#policy;
    await this.#clock.sleep(this.#random() * Math.min(capMs, baseMs * 2 ** (attempt - 1)));
    return true;
  }
}
