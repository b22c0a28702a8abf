import { CleanupFailedError, isTransient, LateWriterError, LeaseLostError } from '../../errors.js';
import { changeStateAsOwner, readState } from '../../versions/state-entry.js';
import type { Call, Dependencies, StepInput } from '../dependencies.js';
import { tellStep } from '../events/tell-step.js';
import { underHeartbeat } from '../leases/heartbeat.js';
import { isChain } from '../runs/execution-input.js';
import { dropPending, describePending } from '../runs/drop-pending.js';
import { namesForgotten, thaw } from '../runs/freeze.js';
import { openRun, type OpenRun } from '../runs/open-run.js';
import { signOf } from '../status/signs-of-life.js';

/**
 * Cleanup: lets the service thaw, removes what a completed attempt kept for itself and what is to be dropped by now, and
 * records that the attempt, or the run of a copy, reached its end. `done: false`: call again. Throws CleanupFailedError, which
 * names what is left over, for what another call would not mend: the version stays the new one.
 */
export async function cleanup({ run }: StepInput, deps: Dependencies, call: Call): Promise<{ done: boolean }> {
  const open = await openRun(run, deps, call);
  await deps.ledger.changeRun(run.id, { step: 'cleanup' });
  const done = await underHeartbeat(open, deps.clock, () => cleanedUp(open, deps), signOf(open, deps));
  if (!done) return { done };
  await tellStep(open, { step: 'cleanup' }, deps, call);
  // A chain goes on until Begin finds nothing pending.
  if (!isChain(open.input)) await deps.ledger.changeRun(run.id, { exitCode: 0 });
  return { done };
}

async function cleanedUp(open: OpenRun, deps: Dependencies): Promise<boolean> {
  const { home, run, migration, context, task } = open;
  const attempt = (await readState(home.keyValues))?.attempt;
  const completed = attempt?.phase === 'complete' && attempt.id === run.attempt;
  if (completed) await namesForgotten(attempt, deps);
  try {
    await thaw(run, task.description, deps);
    if (completed && !(await migration.cleanup(context))) return false;
    if (isChain(open.input) && !(await dropPending(open, deps))) return false;
  } catch (error) {
    throw await asCleanupFailure(open, error);
  }
  if (completed && isChain(open.input)) await endAttempt(open, deps);
  return true;
}

async function endAttempt({ home, run }: OpenRun, { clock }: Dependencies): Promise<void> {
  await changeStateAsOwner(home.keyValues, run, (state) => {
    const { attempt } = state;
    if (attempt?.id !== run.attempt || attempt.endedAt !== undefined) return state;
    return { ...state, attempt: { ...attempt, endedAt: new Date(clock.now()).toISOString() } };
  });
}

async function asCleanupFailure({ home, task, input }: OpenRun, cause: unknown): Promise<unknown> {
  if (isTransient(cause) || cause instanceof LeaseLostError || cause instanceof LateWriterError) return cause;
  const left = describePending(await readState(home.keyValues));
  const why = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
  const what = left === '' ? '' : `; to be dropped still: ${left}`;
  const command = isChain(input) ? '"carryover cleanup"' : 'the same command';
  const message = `${task.description} is complete, but its clean-up is not: ${why}${what}. Mend it, then ${command} goes on`;
  return new CleanupFailedError(message, { cause });
}
