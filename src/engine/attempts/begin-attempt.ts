import { LateWriterError } from '../../errors.js';
import type { LeaseOwner } from '../../kv/lease-cell.js';
import { changeStateAsOwner, readState, type AttemptState, type StateEntry } from '../../versions/state-entry.js';
import type { Dependencies } from '../dependencies.js';
import type { Task } from '../tasks/task.js';
import { assertNoOtherAttempt, attemptToResume, unfinishedAttempt } from './attempt.js';
import { attemptRecord, changeAttempt } from './attempt-record.js';
import { awaitUnitLeases, voidLaterCheckpoints } from './take-over.js';

export interface AttemptToBegin {
  /** Who holds the lease on the task's home. */
  readonly own: LeaseOwner;
  /** When the lease was asked for, on the monotonic clock. */
  readonly askedAt: number;
  readonly task: Task;
}

/**
 * With the lease held: the attempt that the state entry names, or a new one; what an older owner left is dealt with.
 * Throws InputError when another command's attempt is in the way, LeaseLostError, and LateWriterError where the task was done meanwhile.
 */
export async function beginAttempt(begun: AttemptToBegin, deps: Dependencies): Promise<AttemptState> {
  const { own, askedAt, task } = begun;
  const { keyValues } = task.home;
  const found = await readState(keyValues);
  // Calls of the attempt that is resumed, or replaced by a fresh one, must have ended before anything is void or dropped.
  if (found?.attempt !== undefined) await awaitUnitLeases(deps, found.attempt, own.token, askedAt);
  const resumed = attemptToResume(found, task);
  if (resumed !== undefined && found !== undefined) await voidLaterCheckpoints(deps, resumed.id, own.token, found);
  const id = resumed?.id ?? (await newAttemptId(task, deps));
  const ledger = await ledgerId(own, id, deps);
  const state = await changeStateAsOwner(keyValues, own, (current) => {
    const settled = current.takenAt === undefined ? current : { ...current, takenAt: undefined };
    const attempt = attemptToResume(current, task);
    if (attempt !== undefined) return { ...settled, attempt: { ...attempt, ledger, phase: phaseOf(task, attempt) } };
    assertNoOtherAttempt(current, task);
    assertNotApplied(current, task);
    return { ...settled, attempt: { ...newAttempt(id, current, task, deps), phase: phaseOf(task), ledger } };
  });
  const attempt = state.attempt as AttemptState;
  const { title } = task;
  const change = { token: own.token, revision: state.revision, ...(title === undefined ? {} : { title }) };
  await changeAttempt(deps.ledger, { attempt: attempt.id, token: own.token }, change);
  return attempt;
}

/** A Begin that was left behind, while its own run went on with what it chose, begins nothing in the place of what comes next. */
function assertNotApplied({ version }: StateEntry, { registered, description }: Task): void {
  if (registered === undefined || version < registered.version) return;
  throw new LateWriterError(`${description} is not begun: the database is at version ${version} by now`);
}

/** The name of this ledger in the attempt, given before the state entry says who works on it. */
async function ledgerId({ token }: LeaseOwner, attempt: string, deps: Dependencies): Promise<string> {
  const known = (await attemptRecord(deps.ledger, attempt)).ledger;
  if (known !== '') return known;
  const ledger = deps.newId();
  await changeAttempt(deps.ledger, { attempt, token }, { ledger });
  return ledger;
}

/**
 * The name of an attempt that begins. Where the ledger knows that a run has worked on one of the task's name already, the
 * target was set back to before it: what is recorded of that one is true of what is no more.
 */
async function newAttemptId({ attempt }: Task, { ledger, newId }: Dependencies): Promise<string> {
  const { token } = await attemptRecord(ledger, attempt);
  return token === 0 ? attempt : `${attempt}-${newId()}`;
}

function newAttempt(
  id: string,
  state: StateEntry,
  { spec, description, leavesNothing }: Task,
  { clock }: Dependencies,
): Omit<AttemptState, 'phase' | 'ledger'> {
  const replaced = unfinishedAttempt(state);
  const previous =
    replaced === undefined || replaced.leavesNothing === true
      ? replaced?.previous
      : [...(replaced.previous ?? []), replaced.id];
  return {
    ...{ id, spec, description, startedAt: new Date(clock.now()).toISOString() },
    ...(leavesNothing ? { leavesNothing } : {}),
    ...(previous === undefined ? {} : { previous }),
  };
}

/** An attempt that only validates is one that makes something as soon as a run of it sets up. */
function phaseOf({ steps }: Task, resumed?: AttemptState): AttemptState['phase'] {
  if (resumed !== undefined && resumed.phase !== 'validate') return resumed.phase;
  return steps.includes('setup') ? 'setup' : 'validate';
}
