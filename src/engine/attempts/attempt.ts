import { InputError } from '../../errors.js';
import type { AttemptRecord } from './attempt-record.js';
import type { AttemptState, StateEntry } from '../../versions/state-entry.js';
import type { Task } from '../tasks/task.js';

/**
 * The attempt that a run goes on with: the one of the same command, until a run came to its end after completing it, or
 * the one that this very run began. A fresh start is made once per execution, however often its Begin is called: what it
 * began carries its owner's name, with more behind it where the ledger had one of that name already.
 */
export function attemptToResume(
  state: StateEntry | undefined,
  task: Pick<Task, 'attempt' | 'spec' | 'fresh' | 'resumesComplete'>,
): AttemptState | undefined {
  const attempt = state?.attempt;
  if (attempt === undefined) return undefined;
  if (attempt.id === task.attempt || attempt.id.startsWith(`${task.attempt}-`)) return attempt;
  if (attempt.endedAt !== undefined || attempt.spec !== task.spec || task.fresh) return undefined;
  return attempt.phase !== 'complete' || task.resumesComplete ? attempt : undefined;
}

/**
 * Throws InputError when the target holds an unfinished attempt of another command, unless a fresh start is asked for, or
 * it left nothing that would have to be dropped.
 */
export function assertNoOtherAttempt(state: StateEntry | undefined, task: Task): void {
  const attempt = unfinishedAttempt(state);
  if (attempt === undefined || attempt.leavesNothing === true || task.fresh) return;
  const message =
    `the target holds an unfinished attempt, begun at ${attempt.startedAt}: ${attempt.description}. ` +
    `${howToGoOn(attempt, task)} to go on with it, or give "fresh" to drop what it created and begin anew`;
  throw new InputError([{ field: task.field, message }]);
}

/** A registered migration of this version is the same one as long as its file is. */
function howToGoOn({ spec }: AttemptState, { registered }: Task): string {
  if (registered === undefined) return 'Give the same input';
  const isOfVersion = spec.startsWith(`up:${registered.version}:`);
  return isOfVersion ? `${registered.file} was changed since: put its text back` : 'Put its file back';
}

/** The attempt that the state entry names, unless it is complete. */
export function unfinishedAttempt(state: StateEntry | undefined): AttemptState | undefined {
  return state?.attempt?.phase === 'complete' ? undefined : state?.attempt;
}

/**
 * Whether the attempt ends when its tables are found equal and no unit of Migrate is left: unless its Setup died, or came
 * to its end with another ledger alone, which then knows what this one does not.
 */
export function mayComplete(attempt: AttemptState | undefined, { setUp }: AttemptRecord): boolean {
  return attempt?.phase !== 'setup' && (attempt?.phase !== 'carry' || setUp);
}
