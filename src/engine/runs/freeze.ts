import { LeaseLostError } from '../../errors.js';
import type { Store } from '../../stores/store.js';
import { readState, type AttemptState } from '../../versions/state-entry.js';
import { attemptRecord, changeAttempt } from '../attempts/attempt-record.js';
import type { Dependencies, RunState } from '../dependencies.js';
import { underHeartbeat } from '../leases/heartbeat.js';
import { holdHome, type OpenRun } from './open-run.js';

type AttemptRun = Pick<RunState, 'id' | 'attempt' | 'token'>;

/**
 * Asks the service to freeze, before the first read of an attempt, and once more for each run that goes on with it: an Abort
 * between them let it thaw. Recorded before it is asked, so that Abort asks it to thaw even when its answer was lost, and
 * after its answer, so that a Setup that is tried again does not take a failure for an answer.
 */
export async function freeze(open: OpenRun, { project, ledger, clock }: Dependencies): Promise<void> {
  const { run, task } = open;
  // A clean-up reads no data.
  if (project.freeze === undefined || task.steps.length === 0) return;
  const frozenFor = `${run.id}-${run.token}`;
  const record = await attemptRecord(ledger, run.attempt);
  if (record.frozen && record.frozenFor === frozenFor) return;
  await changeAttempt(ledger, run, { frozen: true, frozenFor: '' });
  const call = { run: run.id, description: task.description };
  await underHeartbeat(open, clock, async () => await project.freeze?.(call));
  await changeAttempt(ledger, run, { frozenFor });
}

/** Asks the service to thaw, if this attempt asked it to freeze. */
export async function thaw(run: AttemptRun, description: string, { project, ledger }: Dependencies): Promise<void> {
  if (project.thaw === undefined || !(await attemptRecord(ledger, run.attempt)).frozen) return;
  await project.thaw({ run: run.id, description });
  await changeAttempt(ledger, run, { frozen: false, frozenFor: '' });
}

/**
 * Readers may go on with the old names for a while after the cutover; until then nobody may write to what they read. Each call
 * waits that long from its own start: between calls there are wall clocks alone, which may jump. So whoever sets `namesKeptMs`
 * keeps it well below the shortest call, a minute, else no call would ever come to thaw.
 */
export async function namesForgotten(
  { phase, endedAt, namesKeptMs = 0 }: AttemptState,
  { clock }: Pick<Dependencies, 'clock'>,
): Promise<void> {
  if (phase === 'complete' && endedAt === undefined && namesKeptMs > 0) await clock.sleep(namesKeptMs);
}

/**
 * Asks the service to thaw after a failure, which may have come after the cutover. Does nothing for a run that does not own
 * its home any more: the next owner relies on the service being frozen, and thaws it.
 */
export async function thawAborted(run: Omit<RunState, 'version'>, home: Store, deps: Dependencies): Promise<void> {
  const { settings, clock } = deps;
  const held = holdHome(run, home, settings, deps);
  try {
    await held.keep();
  } catch (error) {
    if (error instanceof LeaseLostError) return;
    throw error;
  }
  await underHeartbeat({ held, settings }, clock, async () => {
    const attempt = (await readState(home.keyValues))?.attempt;
    if (attempt?.id === run.attempt) await namesForgotten(attempt, deps);
    await thaw(run, attempt?.id === run.attempt ? attempt.description : `run ${run.id}`, deps);
  });
}
