import { readState } from '../../versions/state-entry.js';
import type { Call, Dependencies, StepInput } from '../dependencies.js';
import { underHeartbeat } from '../leases/heartbeat.js';
import { openRun } from '../runs/open-run.js';
import { signOf } from '../status/signs-of-life.js';

/**
 * Cleanup: removes what a completed attempt kept for itself, and records that the run reached its end. `done: false`:
 * call again.
 */
export async function cleanup({ run }: StepInput, deps: Dependencies, call: Call): Promise<{ done: boolean }> {
  const open = await openRun(run, deps, call);
  await deps.ledger.changeRun(run.id, { step: 'cleanup' });
  const completed = (await readState(open.target.keyValues))?.attempt?.phase === 'complete';
  const work = () => open.migration.cleanup(open.context);
  if (completed && !(await underHeartbeat(open, deps.clock, work, signOf(open, deps)))) return { done: false };
  await deps.ledger.changeRun(run.id, { exitCode: 0 });
  return { done: true };
}
