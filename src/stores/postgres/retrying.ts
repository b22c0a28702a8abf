import { Backoff, type RetryOptions } from '../../kv/retry-policy.js';
import { isPassing } from './postgres-errors.js';

/** A server that restarts is back after seconds; a dead one is not, and the state machine tries later. */
const defaults = { attempts: 6, baseMs: 100, capMs: 2_000 };

/**
 * Tries `request` again, with backoff and full jitter, after errors that may pass. `sent` is called for each try, so
 * that what was sent in vain counts too.
 */
export async function retrying<T>(options: RetryOptions, sent: () => void, request: () => Promise<T>): Promise<T> {
  const backoff = new Backoff(defaults, options);
  for (let attempt = 1; ; attempt += 1) {
    sent();
    try {
      return await request();
    } catch (error) {
      if (!isPassing(error) || !(await backoff.again(attempt))) throw error;
    }
  }
}
