import { dueDrops } from '../../versions/due-drops.js';
import type { StateEntry } from '../../versions/state-entry.js';
import type { Dependencies } from '../dependencies.js';
import type { ExecutionInput } from '../runs/execution-input.js';
import { openTask } from '../tasks/open-task.js';
import type { LeftOver } from './cleanup-needed.js';

/** A run that failed, and what it worked on. */
export interface EndedRun {
  readonly owner: string;
  readonly token: number;
  readonly attempt: string;
  readonly input: ExecutionInput;
}

/** Whether a run that fails now leaves something over: its version is written, its clean-up not over, or drops are due. */
export function leavesOver({ attempt, cleanup }: StateEntry, run: EndedRun, now: number): boolean {
  const completed = attempt?.id === run.attempt && attempt.phase === 'complete' && attempt.endedAt === undefined;
  return completed || dueDrops(cleanup, now).length > 0;
}

/**
 * What is left over: the drops that the state entry lists, and what the clean-up of the migration itself had to remove still.
 * `unknown`: why the latter could not be told.
 */
export async function leftOver(
  state: StateEntry,
  run: EndedRun,
  deps: Dependencies,
): Promise<{ left: LeftOver[]; unknown?: string }> {
  const drops = state.cleanup.map(({ store, table, version, notBefore }) => {
    return { store, table, notBefore, why: `left over by version ${version}` };
  });
  const { attempt, version } = state;
  if (attempt?.id !== run.attempt || attempt.endedAt !== undefined || !attempt.spec.startsWith('up:'))
    return { left: drops };
  try {
    const { migration } = await openTask({ owner: run.owner, version, only: 'cleanup' }, run.input, deps);
    const kept = (await migration.leftOver?.(run.attempt)) ?? [];
    return { left: [...drops, ...kept.map((each) => ({ why: `kept by ${attempt.description}`, ...each }))] };
  } catch (error) {
    return { left: drops, unknown: `what the migration itself had to remove could not be told: ${String(error)}` };
  }
}
