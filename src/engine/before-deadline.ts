import type { Clock } from '../clock.js';
import { StoreUnavailableError } from '../errors.js';
import type { Call } from './dependencies.js';

/** What is kept of a call's time for the answer. */
const answerMs = 1_000;

/**
 * The backstop of a call: a request that never answers, in spite of all timeouts of the drivers, must not hold the call
 * to its end. Throws StoreUnavailableError, which the state machine retries; what was left behind is fenced off by the
 * unit's claim and the lease.
 */
export async function beforeDeadline<T>(work: Promise<T>, call: Call, clock: Clock): Promise<T> {
  const over = new AbortController();
  const timeout = async (): Promise<never> => {
    const ms = Math.max(call.remainingMs() - Math.min(answerMs, call.remainingMs() / 10), 0);
    await clock.sleep(ms, over.signal);
    throw new StoreUnavailableError('the call came to no end in its time: something did not answer');
  };
  const late = timeout();
  // Either may lose the race, and its rejection is then nobody's.
  late.catch(() => undefined);
  work.catch(() => undefined);
  try {
    return await Promise.race([work, late]);
  } finally {
    over.abort();
  }
}
