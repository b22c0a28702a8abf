import { InputError, TableNotFoundError } from '../../errors.js';
import type { Forecast } from '../../migrations/forecast.js';
import { readState, type AttemptState, type StateEntry } from '../../versions/state-entry.js';
import { assertNoOtherAttempt, attemptToResume, unfinishedAttempt } from '../attempts/attempt.js';
import { attemptRecord } from '../attempts/attempt-record.js';
import type { Dependencies } from '../dependencies.js';
import { adHocTask } from '../tasks/ad-hoc-task.js';
import type { Task } from '../tasks/task.js';
import { assertNobodyWorks } from './assert-nobody-works.js';
import { isChain, parseExecutionInput } from './execution-input.js';

/** What a copy, an export or an import would do, without a lease and without touching anything. Throws InputError. */
export async function forecastRun(input: unknown, deps: Dependencies): Promise<Forecast> {
  const parsed = parseExecutionInput(input);
  if (isChain(parsed)) throw new TypeError('this input asks for versions');
  return await checkedForecast(await adHocTask(parsed, '', deps), deps);
}

/** Throws InputError, with all faults, when anything is in the way of this task. */
export async function assertMayRun(task: Task, deps: Dependencies): Promise<void> {
  await checkedForecast(task, deps, true);
}

/** What a run of this task would do. Throws InputError, with all faults, when anything is in its way. */
export async function checkedForecast(task: Task, deps: Dependencies, faultsOnly = false): Promise<Forecast> {
  const { home, settings } = task;
  const state = await readState(home.keyValues);
  const resumed = attemptToResume(state, task);
  if (resumed === undefined) await assertAlone(state, task, deps);
  await assertSetUp(task, resumed, deps);
  // Its tables are made, and Cleanup may have forgotten already that they are its own.
  if (resumed?.phase === 'complete') return { faults: [], warnings: [], tables: [], drops: [] };
  const unfinished = resumed ?? unfinishedAttempt(state);
  const forecast = await task.migration.forecast({
    home,
    settings,
    faultsOnly,
    attempts: [
      ...(unfinished === undefined ? [] : [{ id: unfinished.id, resumed: resumed !== undefined }]),
      ...(unfinished?.previous ?? []).map((previous) => ({ id: previous, resumed: false })),
    ],
  });
  if (forecast.faults.length > 0) throw new InputError(forecast.faults);
  return task.lowered === undefined ? forecast : { ...forecast, warnings: [...forecast.warnings, task.lowered] };
}

/** Throws InputError for an unfinished attempt of another command, and LockHeldError while a run works on it. */
async function assertAlone(state: StateEntry | undefined, task: Task, deps: Dependencies): Promise<void> {
  try {
    assertNoOtherAttempt(state, task);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    await assertNobodyWorks(task, error, deps);
  }
}

async function assertSetUp(
  { steps, home }: Task,
  resumed: AttemptState | undefined,
  deps: Dependencies,
): Promise<void> {
  if (steps.includes('setup') || !steps.includes('migrate')) return;
  if (resumed !== undefined && (await isSetUp(resumed.id, deps))) return;
  const message = `"migrate" needs an earlier "setup" of the same copy, and ${home.location} holds none in this ledger: add "setup"`;
  throw new InputError([{ field: 'copy.steps', message }]);
}

async function isSetUp(attempt: string, { ledger }: Dependencies): Promise<boolean> {
  try {
    return (await attemptRecord(ledger, attempt)).setUp;
  } catch (error) {
    // A look ahead makes no ledger; one that is not there knows of no Setup.
    if (error instanceof TableNotFoundError) return false;
    throw error;
  }
}
