import { attemptRecord, changeAttempt } from '../attempts/attempt-record.js';
import type { Dependencies, RunState } from '../dependencies.js';
import type { OpenRun } from './open-run.js';

/**
 * Asks the service to freeze, where the project has a hook for it, before the first read of an attempt. Recorded before it is
 * asked, so that Abort asks it to thaw even when its answer was lost.
 */
export async function freeze({ run, task }: OpenRun, { project, ledger }: Dependencies): Promise<void> {
  if (project.freeze === undefined || !task.steps.includes('setup')) return;
  if ((await attemptRecord(ledger, run.attempt)).frozen) return;
  await changeAttempt(ledger, run, { frozen: true });
  await project.freeze({ run: run.id, description: task.description });
}

/** Asks the service to thaw, if this attempt asked it to freeze. */
export async function thaw(
  run: Pick<RunState, 'id' | 'attempt' | 'token'>,
  description: string,
  { project, ledger }: Dependencies,
): Promise<void> {
  if (project.thaw === undefined || !(await attemptRecord(ledger, run.attempt)).frozen) return;
  await project.thaw({ run: run.id, description });
  await changeAttempt(ledger, run, { frozen: false });
}
