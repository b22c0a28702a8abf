import type { KeyValueStore } from '../kv/key-value-store.js';
import { isOwn, type LeaseOwner } from '../kv/lease-cell.js';
import type { RetryOptions } from '../kv/retry-policy.js';
import { changeState } from './state-entry.js';

/**
 * Takes the lock from the holder that was shown, if it is that one's still. False: it was another's by then, or nobody's, and
 * nothing was changed. The holder may live: its next write to the state entry or to a checkpoint is refused, but what
 * it has sent, and sends until it looks at its lease again, may still arrive. The next owner gets a larger token all the
 * same. Throws PredicateFailedError when others changed the entry each time, OutcomeUnknownError, CorruptDataError.
 */
export async function breakLock(kv: KeyValueStore, holder: LeaseOwner, options: RetryOptions = {}): Promise<boolean> {
  let broken = false;
  await changeState(
    kv,
    (state) => {
      broken = isOwn(state.lease, holder);
      return broken ? { ...state, lease: undefined } : state;
    },
    options,
  );
  return broken;
}
