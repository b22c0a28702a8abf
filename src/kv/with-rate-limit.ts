import type { Clock } from '../clock.js';
import { ThrottledError } from '../errors.js';
import { systemClock } from '../system-clock.js';
import { aroundDriver } from './around-driver.js';
import type { KeyValueDriver } from './key-value-driver.js';

export interface RateLimit {
  readonly requestsPerSecond: number;
  /** How many requests may go at once after a time without any. Default: those of one second, at least one. */
  readonly burst?: number;
  /** A request that would wait longer fails with ThrottledError instead, and nothing is sent. Default 10,000. */
  readonly maxWaitMs?: number;
  readonly clock?: Clock;
}

/**
 * A driver that sends so many requests a second and no more; the others wait for their turn, in order. The limit is that
 * of this driver object: several processes share nothing. Throws RangeError for a limit that lets nothing through.
 */
export function withRateLimit(driver: KeyValueDriver, limit: RateLimit): KeyValueDriver {
  const { requestsPerSecond, maxWaitMs = 10_000, clock = systemClock } = limit;
  const burst = limit.burst ?? Math.max(1, Math.floor(requestsPerSecond));
  if (!(requestsPerSecond > 0)) throw new RangeError(`requestsPerSecond must be above 0, it is ${requestsPerSecond}`);
  if (!(burst >= 1)) throw new RangeError(`burst must be 1 or more, it is ${burst}`);
  const intervalMs = 1_000 / requestsPerSecond;
  // The generic cell rate algorithm: a token bucket that needs one number, the moment at which the bucket is full again.
  // https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm
  let fullAt = Number.NEGATIVE_INFINITY;
  const turn = async (): Promise<void> => {
    const now = clock.monotonic();
    const next = Math.max(fullAt, now) + intervalMs;
    const waitMs = next - burst * intervalMs - now;
    if (waitMs > maxWaitMs) {
      const rate = `${requestsPerSecond} requests a second`;
      throw new ThrottledError(`${driver.location} is limited to ${rate}: this one would have waited ${waitMs} ms`);
    }
    fullAt = next;
    if (waitMs > 0) await clock.sleep(waitMs);
  };
  return aroundDriver(driver, async (_operation, perform) => {
    await turn();
    return perform();
  });
}
