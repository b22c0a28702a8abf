import type { InputError } from '../../errors.js';
import { LockHeldError } from '../../errors.js';
import { isSameRenewal } from '../../kv/lease-cell.js';
import { readState } from '../../versions/state-entry.js';
import type { Dependencies } from '../dependencies.js';
import type { Task } from '../tasks/task.js';

/** How often a holder is looked at. */
const pollMs = 1_000;

/**
 * Called when an attempt of another command is in the way: throws LockHeldError where its run is alive, that is renews its
 * lease while we look, for the lease's duration at most; else the InputError that was given. Who comes too early shall wait
 * for the other, and not be told to drop what it makes. Writes nothing.
 */
export async function assertNobodyWorks(task: Task, found: InputError, { clock }: Dependencies): Promise<never> {
  const first = (await readState(task.home.keyValues))?.lease;
  // What this run begins carries its owner's name.
  if (first === undefined || task.attempt.startsWith(first.owner)) throw found;
  const until = clock.monotonic() + first.durationMs;
  while (clock.monotonic() < until) {
    await clock.sleep(pollMs);
    const lease = (await readState(task.home.keyValues))?.lease;
    if (lease === undefined) break;
    if (!isSameRenewal(first, lease)) throw new LockHeldError(lease);
  }
  throw found;
}
