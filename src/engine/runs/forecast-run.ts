import { InputError, TableNotFoundError } from '../../errors.js';
import { copySpec } from '../../migrations/copy/copy-input.js';
import { copyTables } from '../../migrations/copy/copy-tables.js';
import type { Forecast } from '../../migrations/migration.js';
import { readState, type AttemptState } from '../../versions/state-entry.js';
import { assertNoOtherAttempt, attemptToResume, unfinishedAttempt } from '../attempts/attempt.js';
import { attemptRecord } from '../attempts/attempt-record.js';
import type { Dependencies } from '../dependencies.js';
import { parseExecutionInput, type ExecutionInput } from './execution-input.js';
import { openStores, settingsOf } from './open-run.js';
import type { Store } from '../../stores/store.js';

/** What a run with this input would do, without a lease and without touching anything. Throws InputError. */
export async function forecastRun(input: unknown, deps: Dependencies): Promise<Forecast> {
  return await checkedForecast('', parseExecutionInput(input), deps);
}

/** What the execution of this owner would do. Throws InputError, with all faults, when anything is in its way. */
export async function checkedForecast(owner: string, input: ExecutionInput, deps: Dependencies): Promise<Forecast> {
  const { source, target } = await openStores(input, deps);
  const state = await readState(target.keyValues);
  const spec = copySpec(input.copy, { from: source.location, to: target.location });
  const resumed = attemptToResume(state, owner, spec, input.copy);
  if (resumed === undefined) assertNoOtherAttempt(state, input.copy);
  await assertSetUp(input, resumed, target, deps);
  // Its tables are made, and Cleanup may have forgotten already that they are its own.
  if (resumed?.phase === 'complete') return { faults: [], warnings: [], tables: [], drops: [] };
  const unfinished = resumed ?? unfinishedAttempt(state);
  const forecast = await copyTables(input.copy).forecast({
    source,
    target,
    settings: settingsOf(input, deps),
    attempts: [
      ...(unfinished === undefined ? [] : [{ id: unfinished.id, resumed: resumed !== undefined }]),
      ...(unfinished?.previous ?? []).map((previous) => ({ id: previous, resumed: false })),
    ],
  });
  if (forecast.faults.length > 0) throw new InputError(forecast.faults);
  return forecast;
}

async function assertSetUp(
  { copy }: ExecutionInput,
  resumed: AttemptState | undefined,
  target: Store,
  deps: Dependencies,
): Promise<void> {
  if (copy.steps.includes('setup') || !copy.steps.includes('migrate')) return;
  if (resumed !== undefined && (await isSetUp(resumed.id, deps))) return;
  const message = `"migrate" needs an earlier "setup" of the same copy, and ${target.location} holds none in this ledger: add "setup"`;
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
