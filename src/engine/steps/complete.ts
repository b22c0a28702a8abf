import type { Cursor } from '../../stores/store.js';
import { changeStateAsOwner } from '../../versions/state-entry.js';
import { changeAttempt } from '../attempts/attempt-record.js';
import type { Call, Dependencies, StepInput } from '../dependencies.js';
import { openRun } from '../runs/open-run.js';
import { workStep } from './work-step.js';

/** How long to wait before asking again whether tables are finished. */
const pollMs = 200;

/**
 * Complete: adds what belongs on the tables after validation, then ends the attempt in one write of the state entry.
 * `done: false`: call again. A completed attempt is never resumed.
 */
export async function complete({ run }: StepInput, deps: Dependencies, call: Call): Promise<{ done: boolean }> {
  const open = await openRun(run, deps, call);
  await deps.ledger.changeRun(run.id, { step: 'complete' });
  // Of a completed attempt too: a table may have been dropped and carried again since.
  const steps = (from: Cursor | undefined) => open.migration.complete(open.context, from);
  if (!(await workStep(open, deps, call, { name: 'complete', pollMs, steps }))) return { done: false };
  await changeStateAsOwner(open.target.keyValues, run, (state) => {
    if (state.attempt === undefined || state.attempt.phase === 'complete') return state;
    const completedAt = new Date(deps.clock.now()).toISOString();
    return { ...state, attempt: { ...state.attempt, phase: 'complete', completedAt } };
  });
  await changeAttempt(deps.ledger, run, { generationOpen: false });
  return { done: true };
}
