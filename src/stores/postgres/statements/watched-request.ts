import type { Clock } from '../../../clock.js';
import { StoreUnavailableError } from '../../../errors.js';
import type { Session } from '../session.js';

const lookMs = 500;

export interface Watch {
  readonly clock: Clock;
  /** No statement goes on when it says true. */
  ending(): boolean;
  /** Asks the server, by another connection, to cancel what this one is at. */
  cancel(): Promise<void>;
  /** How long the server may take to do so before the connection is given up. */
  readonly requestTimeoutMs: number;
}

/** The time is over: what was under way was cancelled, and nothing of the transaction stays. */
export class TimeOverError extends Error {}

/**
 * `work`, which waits for the server on this session; cancelled when the time is over. Throws TimeOverError then, however the
 * work ended, and not before the cancellation was sent: it must not meet a commit.
 */
export async function watched<T>(session: Session, watch: Watch, work: () => Promise<T>): Promise<T> {
  if (watch.ending()) throw new TimeOverError();
  const done = new AbortController();
  const cancelling = cancelAtEnd(watch, done.signal);
  const givenUp = cancelling.then(async (cancelled) => {
    if (!cancelled) return await new Promise<never>(() => undefined);
    await watch.clock.sleep(watch.requestTimeoutMs, done.signal);
    session.breakOff(new StoreUnavailableError('the server did not cancel a statement'));
    throw new TimeOverError();
  });
  givenUp.catch(() => undefined);
  try {
    return await Promise.race([work(), givenUp]);
  } finally {
    done.abort();
    if (await cancelling) throw new TimeOverError();
  }
}

/** True: the time was over, and the server was asked to cancel. False: the work was done before. */
async function cancelAtEnd(watch: Watch, done: AbortSignal): Promise<boolean> {
  for (;;) {
    await watch.clock.sleep(lookMs, done).catch(() => undefined);
    if (done.aborted) return false;
    if (!watch.ending()) continue;
    await watch.cancel().catch(() => undefined);
    return true;
  }
}
