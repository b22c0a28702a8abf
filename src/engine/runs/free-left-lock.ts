import { isSameRenewal, type LeaseRecord } from '../../kv/lease-cell.js';
import { LeaseWatch } from '../../versions/lease-watch.js';
import { changeState, readState, type StateEntry } from '../../versions/state-entry.js';
import type { Call, Dependencies } from '../dependencies.js';
import { lookAtDatabase } from '../home/open-database.js';
import { cleanupSpec } from '../tasks/cleanup-task.js';
import { isChain, type ExecutionInput } from './execution-input.js';

const pollMs = 1_000;

/**
 * Frees a lock that was left behind: its run was killed after the last thing that it had to do. For a run that finds nothing to
 * do either, so that the lock is not held by the dead until somebody ships the next migration. Whoever may have more to do is
 * left alone, since it may come back, and so is one that lives, which is seen at its next renewal at the latest.
 *
 * The lock is not taken, which would be in the way of whoever has work, but freed in one write, and with a larger token, so
 * that the run counts as over (see LockWatch).
 */
export async function freeLeftLock(input: ExecutionInput, deps: Dependencies, call: Call): Promise<void> {
  if (!isChain(input) || input.up?.dryRun === true) return;
  const { keyValues } = (await lookAtDatabase(deps)).store;
  const left = leftLease(await readState(keyValues));
  // A lease of hours, of somebody's own settings, is for the next run that has work to wait for.
  if (left === undefined || left.durationMs > call.remainingMs() / 2) return;
  const isLeft = (state: StateEntry | undefined): boolean => {
    const lease = leftLease(state);
    return lease !== undefined && isSameRenewal(lease, left);
  };
  const watch = new LeaseWatch(deps.clock);
  for (let aliveMs; (aliveMs = watch.aliveForMs(left)) > 0;) {
    await deps.clock.sleep(Math.min(pollMs, aliveMs));
    if (!isLeft(await readState(keyValues))) return;
  }
  await changeState(keyValues, (state) =>
    isLeft(state) ? { ...state, lease: undefined, token: state.token + 1 } : state,
  );
}

/** The lease, where its owner has nothing more to do than to free it: to thaw a service, to drop and to end its attempt is something. */
function leftLease(state: StateEntry | undefined): LeaseRecord | undefined {
  const { attempt, lease } = state ?? {};
  const isOver = attempt === undefined || attempt.endedAt !== undefined || attempt.spec === cleanupSpec;
  return isOver ? lease : undefined;
}
