import { LateWriterError } from '../../errors.js';
import type { Cutover } from '../../migrations/migration.js';
import type { Moved } from '../../versions/home-records.js';
import type { Cursor } from '../../stores/store.js';
import { changeStateAsOwner, type StateEntry } from '../../versions/state-entry.js';
import { changeAttempt } from '../attempts/attempt-record.js';
import type { Call, Dependencies, StepInput } from '../dependencies.js';
import { tellStep } from '../events/tell-step.js';
import { moveHome } from '../home/move-home.js';
import { openRun, type OpenRun } from '../runs/open-run.js';
import { recordVersion } from '../runs/record-version.js';
import { workStep } from './work-step.js';

/** How long to wait before asking again whether tables are finished. */
const pollMs = 200;

/**
 * Complete: adds what belongs on the tables after validation, writes the history of the version, then ends the attempt in
 * one write of the state entry, which sets version, active names and pending clean-up together, and says where the database
 * goes, if its home moves. `done: false`: call again.
 * A completed attempt is never resumed.
 */
export async function complete({ run }: StepInput, deps: Dependencies, call: Call): Promise<{ done: boolean }> {
  const open = await openRun(run, deps, call);
  await deps.ledger.changeRun(run.id, { step: 'complete' });
  // Of a completed attempt too: a table may have been dropped and carried again since.
  const steps = (from: Cursor | undefined) => open.migration.complete(open.context, from);
  if (!(await workStep(open, deps, call, { name: 'complete', pollMs, steps }))) return { done: false };
  const cutover = (await open.migration.cutover?.(open.context)) ?? {};
  const completedAt = new Date(deps.clock.now()).toISOString();
  await recordVersion(open, deps, completedAt);
  const { home: to } = cutover;
  if (open.task.database === undefined || to === undefined || to === open.task.database)
    await cutOver(open, cutover, completedAt);
  else {
    const decide = (moved: Moved) => cutOver(open, cutover, completedAt, moved);
    if (!(await moveHome(open, deps, call, { to, at: completedAt, decide }))) return { done: false };
  }
  await changeAttempt(deps.ledger, run, { generationOpen: false });
  await tellStep(open, { step: 'complete', unit: 'complete' }, deps, call);
  return { done: true };
}

async function cutOver(
  { home, run, task }: OpenRun,
  cutover: Cutover,
  completedAt: string,
  moved?: Moved,
): Promise<void> {
  const { namesKeptMs } = cutover;
  const names = namesKeptMs === undefined ? {} : { namesKeptMs };
  await changeStateAsOwner(home.keyValues, run, (state) => {
    if (state.attempt?.id !== run.attempt) throw setBack(run.attempt, state);
    if (state.attempt.phase === 'complete') return state;
    return {
      ...state,
      version: task.registered?.version ?? state.version,
      active: { ...state.active, ...cutover.active },
      cleanup: [...state.cleanup, ...(cutover.cleanup ?? [])],
      attempt: { ...state.attempt, phase: 'complete', completedAt, ...names },
      ...(moved === undefined ? {} : { moved }),
    };
  });
}

/** With the lease held nobody else begins an attempt: the entry was replaced under the run. */
function setBack(attempt: string, { attempt: found }: StateEntry): LateWriterError {
  const names = found === undefined ? 'no attempt' : `attempt ${found.id} (${found.description})`;
  return new LateWriterError(
    `the state entry names ${names}, and this run works on attempt ${attempt}: the database was set back under it. Run again`,
  );
}
