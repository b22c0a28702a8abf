import { LockHeldError } from '../../errors.js';
import type { RunRecord } from '../../ledger/ledger.js';
import { readState } from '../../versions/state-entry.js';
import { unfinishedAttempt } from '../attempts/attempt.js';
import type { Dependencies } from '../dependencies.js';
import { isChain, type ExecutionInput } from './execution-input.js';
import { homeOf } from './home-of.js';
import { takeLease } from './take-lease.js';

/**
 * The token of a lease that was left behind: its run was killed after the last thing it did, and before it freed its lock. A
 * run that finds nothing to do takes it over, to free it at its end, so that the lock is not held by the dead until somebody
 * ships the next migration. Undefined where there is none, its holder lives, or has more to do: that one may come back.
 */
export async function takeLeftLease(
  owner: string,
  record: RunRecord,
  input: ExecutionInput,
  deps: Dependencies,
): Promise<number | undefined> {
  if (!isChain(input) || input.up?.dryRun === true) return undefined;
  const home = await homeOf(input, deps);
  const state = await readState(home.keyValues);
  if (state?.lease === undefined || unfinishedAttempt(state) !== undefined) return undefined;
  try {
    return await takeLease(owner, record, home, deps);
  } catch (error) {
    if (error instanceof LockHeldError) return undefined;
    throw error;
  }
}
