import type { LeaseOwner } from '../../kv/lease-cell.js';
import { copySpec, describeCopy } from '../../migrations/copy/copy-input.js';
import type { Store } from '../../stores/store.js';
import { changeStateAsOwner, readState, type AttemptState, type StateEntry } from '../../versions/state-entry.js';
import { assertNoOtherAttempt, attemptToResume, unfinishedAttempt } from './attempt.js';
import { attemptRecord, changeAttempt } from './attempt-record.js';
import type { Dependencies } from '../dependencies.js';
import type { ExecutionInput } from '../runs/execution-input.js';
import { awaitUnitLeases, voidLaterCheckpoints } from './take-over.js';

export interface AttemptToBegin {
  /** Who holds the lease on the target. */
  readonly own: LeaseOwner;
  /** When the lease was asked for, on the monotonic clock. */
  readonly askedAt: number;
  readonly input: ExecutionInput;
  readonly source: Store;
  readonly target: Store;
}

/**
 * With the lease held: the attempt that the state entry names, or a new one; what an older owner left is dealt with.
 * Throws InputError when another command's attempt is in the way, and LeaseLostError.
 */
export async function beginAttempt(begun: AttemptToBegin, deps: Dependencies): Promise<AttemptState> {
  const { own, askedAt, input, source, target } = begun;
  const locations = { from: source.location, to: target.location };
  const spec = copySpec(input.copy, locations);
  const found = await readState(target.keyValues);
  // Calls of the attempt that is resumed, or replaced by a fresh one, must have ended before anything is void or dropped.
  if (found?.attempt !== undefined) await awaitUnitLeases(deps, found.attempt, own.token, askedAt);
  const resumed = attemptToResume(found, own.owner, spec, input.copy);
  if (resumed !== undefined && found?.takenAt !== undefined)
    await voidLaterCheckpoints(deps, resumed.id, { token: own.token, takenAt: found.takenAt });
  const ledger = await ledgerId(own, resumed, deps);
  const state = await changeStateAsOwner(target.keyValues, own, (current) => {
    const settled = current.takenAt === undefined ? current : { ...current, takenAt: undefined };
    const attempt = attemptToResume(current, own.owner, spec, input.copy);
    if (attempt !== undefined) return { ...settled, attempt: { ...attempt, ledger, phase: phaseOf(input, attempt) } };
    assertNoOtherAttempt(current, input.copy);
    const description = describeCopy(input.copy, locations);
    return {
      ...settled,
      attempt: { ...newAttempt(current, own.owner, deps), phase: phaseOf(input), spec, description, ledger },
    };
  });
  const attempt = state.attempt as AttemptState;
  const change = { token: own.token, revision: state.revision };
  await changeAttempt(deps.ledger, { attempt: attempt.id, token: own.token }, change);
  return attempt;
}

/**
 * The name of this ledger in the attempt, given before the state entry says who works on it. Where a run of another ledger
 * worked on it last, what it wrote is unknown here: a generation of validation that is open saw another target.
 */
async function ledgerId(own: LeaseOwner, resumed: AttemptState | undefined, deps: Dependencies): Promise<string> {
  const attempt = resumed?.id ?? own.owner;
  const record = await attemptRecord(deps.ledger, attempt);
  const ledger = record.ledger === '' ? deps.newId() : record.ledger;
  const elsewhere = resumed !== undefined && resumed.ledger !== ledger;
  if (record.ledger === '' || elsewhere)
    await changeAttempt(
      deps.ledger,
      { attempt, token: own.token },
      { ledger, ...(elsewhere ? { generationOpen: false } : {}) },
    );
  return ledger;
}

function newAttempt(
  state: StateEntry,
  owner: string,
  { clock }: Dependencies,
): Pick<AttemptState, 'id' | 'startedAt' | 'previous'> {
  const replaced = unfinishedAttempt(state);
  return {
    id: owner,
    startedAt: new Date(clock.now()).toISOString(),
    ...(replaced === undefined ? {} : { previous: [...(replaced.previous ?? []), replaced.id] }),
  };
}

/** An attempt that only validates is one that makes something as soon as a run of it sets up. */
function phaseOf({ copy }: ExecutionInput, resumed?: AttemptState): AttemptState['phase'] {
  if (resumed !== undefined && resumed.phase !== 'validate') return resumed.phase;
  return copy.steps.includes('setup') ? 'setup' : 'validate';
}
