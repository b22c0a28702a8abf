import { CarryoverError, type Fault } from '../../errors.js';
import { releaseLease } from '../../kv/lease.js';
import type { RunRecord } from '../../ledger/ledger.js';
import { stateLeaseCell } from '../../versions/state-entry.js';
import { scopes, attemptRecord } from '../attempts/attempt-record.js';
import type { Dependencies, RunState } from '../dependencies.js';
import { askForCleanup } from '../events/ask-for-cleanup.js';
import { tellFailure } from '../events/tell-failure.js';
import { exitCodeOf } from '../status/exit-codes.js';
import { parseExecutionInput } from '../runs/execution-input.js';
import { thawAborted } from '../runs/freeze.js';
import { homeOf } from '../runs/home-of.js';
import { ownerOf, runIdOf } from '../runs/run-id.js';

/** What a Catch of the state machine hands on: the error's name, and its message or a JSON text that holds it. */
export interface CaughtError {
  readonly Error: string;
  readonly Cause?: string | undefined;
}

export interface AbortInput {
  readonly execution: string;
  readonly error: CaughtError;
  /** How often this execution was redriven. */
  readonly redrives: number;
  /** It has ended, as its status tells, and does not enter Abort anew. */
  readonly ended?: boolean;
}

export interface AbortUnitInput {
  readonly run: RunState;
  readonly unit: number;
  readonly phase: string;
  readonly error: CaughtError;
}

/** The execution ends as failed: what it was is in the ledger and in the message. */
export class RunFailedError extends CarryoverError {
  override readonly name = 'RunFailedError';
  constructor(
    message: string,
    readonly faults: readonly Fault[] = [],
  ) {
    super(message);
  }
}

/**
 * Abort: records the error and the exit code, tells of it, lets the service thaw, asks for a hand where something is left over,
 * frees the lease, then throws RunFailedError, so that the execution fails here. A redriven execution enters Abort again: it is
 * known by its count of redrives, and led back to Begin.
 */
export async function abort(
  { execution, error, redrives, ended = false }: AbortInput,
  deps: Dependencies,
): Promise<void> {
  const id = runIdOf(execution);
  const { name, message } = messageOf(error);
  const run = await deps.ledger.run(id);
  const now = new Date(deps.clock.now()).toISOString();
  if (run === undefined) {
    const { who, where } = deps;
    await deps.ledger.startRun({ run: id, input: null, who, where, startedAt: now });
  }
  if (run !== undefined && !ended && redrives > (run.redrives ?? 0)) {
    const change = { redrives, status: 'running', step: 'begin', exitCode: null, error: null, endedAt: null } as const;
    await deps.ledger.changeRun(id, change);
    return;
  }
  // A call that was left behind: the run was redriven since, and is not to be ended by what ended it before.
  if (redrives < (run?.redrives ?? 0)) throw new RunFailedError(`${name}: ${message}`);
  const step = run?.step ?? 'begin';
  const exitCode = exitCodeOf(name);
  // A run that has ended stays what it was: this is a repeated call, or another execution that was given its name.
  if (run === undefined || run.status === 'running')
    await deps.ledger.changeRun(id, { status: 'failed', exitCode, endedAt: now, error: { name, message, step } });
  const owner = ownerOf(execution);
  // Side by side: none may wait for another, which may hang.
  const failed = { owner, run, redrives, error: { name, message, step } };
  const thawing = thawed(owner, run, deps);
  const notThawed = thawing.then((texts) => texts.length > 0);
  const telling = tellFailure({ ...failed, id, execution, exitCode, endedAt: now, notThawed }, deps);
  const [notes, asked] = await Promise.all([thawing, askForCleanup(failed, deps), telling]);
  const more = [...notes, ...asked];
  const told = [message, ...more].join('\n');
  if (more.length > 0) await deps.ledger.changeRun(id, { error: { name, message: told, step } });
  if (run?.token !== undefined) await freeLease(owner, run.token, run.input, deps);
  throw new RunFailedError(`${name} in ${step}: ${told}`);
}

/** Records in a unit why it ended, when its function could not do so itself. */
export async function abortUnit({ run, unit, phase, error }: AbortUnitInput, deps: Dependencies): Promise<void> {
  const { generation } = await attemptRecord(deps.ledger, run.attempt);
  const scope =
    phase === 'migrate'
      ? scopes.migrate(run.attempt)
      : phase === 'validate'
        ? scopes.validate(run.attempt, generation)
        : scopes.locate(run.attempt, generation);
  await deps.ledger.failUnit(scope, unit, run.token, messageOf(error));
}

/** The service may write again. That it cannot be told so must not keep the lease from being freed. */
async function thawed(owner: string, run: RunRecord | undefined, deps: Dependencies): Promise<string[]> {
  if (run?.attempt === undefined || run.token === undefined) return [];
  const { run: id, attempt, token } = run;
  try {
    const home = await homeOf(parseExecutionInput(run.input), deps);
    await thawAborted({ id, owner, attempt, token }, home, deps);
    return [];
  } catch (error) {
    if (deps.project.thaw === undefined) return [];
    return [`the service was not asked to thaw, or did not: it may be frozen still: ${String(error)}`];
  }
}

async function freeLease(owner: string, token: number, input: unknown, deps: Dependencies): Promise<void> {
  const home = await homeOf(parseExecutionInput(input), deps);
  await releaseLease(stateLeaseCell(home.keyValues), { owner, token });
}

/** Characters of an error that are kept: far below what an entry of the ledger and a state may hold. */
const messageLength = 8_000;

/** Lambda's cause is a JSON text with `errorMessage`; an interpreter's is the message itself. */
function messageOf({ Error: name, Cause: cause = '' }: CaughtError): { name: string; message: string } {
  try {
    const parsed: unknown = JSON.parse(cause);
    if (typeof parsed === 'object' && parsed !== null && 'errorMessage' in parsed)
      return { name, message: String(parsed.errorMessage).slice(0, messageLength) };
  } catch {
    // Not JSON: the message itself.
  }
  return { name, message: cause.slice(0, messageLength) };
}
