import { InputError } from '../../errors.js';
import type { RunRecord } from '../../ledger/ledger.js';
import { changeState, readState } from '../../versions/state-entry.js';
import { isOwn } from '../../kv/lease-cell.js';
import type { Call, Dependencies, RunState } from '../dependencies.js';
import { tellStarted, tellSucceeded, type BegunRun } from '../events/tell-run.js';
import { underHeartbeat } from '../leases/heartbeat.js';
import { beginAttempt } from '../attempts/begin-attempt.js';
import { isChain, parseExecutionInput, type ExecutionInput } from '../runs/execution-input.js';
import { freeLeftLock } from '../runs/free-left-lock.js';
import { homeOf } from '../runs/home-of.js';
import { holdHome } from '../runs/open-run.js';
import { recordedInput } from '../runs/recorded-input.js';
import { ownerOf, runIdOf } from '../runs/run-id.js';
import { takeLease } from '../runs/take-lease.js';
import { beginnerOf } from '../tasks/beginner.js';

export interface BeginInput {
  readonly execution: string;
  readonly input: unknown;
}

/** What the state machine carries on; `pending: false`: there is nothing to do (any more). */
export interface BeginResult extends RunState {
  readonly pending: boolean;
  readonly concurrency: number;
}

/**
 * Begin: checks the input and what is in the way before anything is touched, takes the lease, then reads the state entry
 * and goes on with its attempt or begins a new one. Called again for the same execution it does the same; called at the end
 * of a migration it looks for the next one; when nothing is pending any more it frees the lease, also one that the dead left.
 * Throws InputError (all faults together) and LockHeldError.
 */
export async function begin({ execution, input }: BeginInput, deps: Dependencies, call: Call): Promise<BeginResult> {
  const [id, owner] = [runIdOf(execution), ownerOf(execution)];
  const parsed = await parsedInput(id, input, deps);
  const record = await startRun(id, parsed, parsed.startedBy ?? deps.who, deps);
  assertOwnRecord(record, deps.clock.now());
  const run: BegunRun = { execution, owner, record, input: parsed };
  await tellStarted(run, deps, call);
  const beginner = beginnerOf(parsed, { id, owner, who: record.who }, deps);
  const look = () => underOwnLease(record, owner, parsed, deps, () => beginner.isPending());
  if (record.exitCode === 0) return await end(run, deps, call);
  if (!(await look())) {
    if (record.token === undefined) await freeLeftLock(parsed, deps, call);
    return await end(run, deps, call);
  }
  const home = await homeOf(parsed, deps);
  const askedAt = deps.clock.monotonic();
  const own = { owner, token: await takeLease(owner, record, home, deps) };
  // It may wait for calls of an earlier run, for about a lease's time.
  const held = holdHome({ id, ...own }, home, deps.settings, deps);
  const begun = await underHeartbeat({ held, settings: deps.settings }, deps.clock, async () => {
    const task = await beginner.taskOf(own);
    return task === undefined
      ? undefined
      : { task, attempt: await beginAttempt({ own, askedAt, task: task.task }, deps) };
  });
  if (begun === undefined) return await end({ ...run, record: { ...record, token: own.token } }, deps, call);
  const { attempt, task } = begun;
  await deps.ledger.changeRun(id, { attempt: attempt.id });
  const { version, only } = task;
  const of = { ...(version === undefined ? {} : { version }), ...(only === undefined ? {} : { only }) };
  return { id, ...own, ...of, attempt: attempt.id, pending: true, concurrency: task.task.settings.concurrency };
}

/** In a chain the lease is held already, and looking at what comes next may take longer than it lives. */
async function underOwnLease<T>(
  { run: id, token }: RunRecord,
  owner: string,
  input: ExecutionInput,
  deps: Dependencies,
  look: () => Promise<T>,
): Promise<T> {
  const { settings, clock } = deps;
  if (token === undefined) return await look();
  const home = await homeOf(input, deps);
  if (!isOwn((await readState(home.keyValues))?.lease, { owner, token })) return await look();
  return await underHeartbeat({ held: holdHome({ id, owner, token }, home, settings, deps), settings }, clock, look);
}

/** Begin is called once more at a run's end, and again within minutes when its answer was lost. */
const repeatedWithinMs = 24 * 60 * 60 * 1_000;

/**
 * Throws InputError when the run in the ledger is another one: Step Functions lets a name be used again after 90 days, and
 * the ledger remembers. Taken for this one, it would be over before it has begun. (A failed run that is redriven is
 * running again before it comes here: see Abort.)
 */
function assertOwnRecord({ run, status, endedAt = '' }: RunRecord, nowMs: number): void {
  if (status === 'running') return;
  if (status === 'succeeded' && nowMs - Date.parse(endedAt) < repeatedWithinMs) return;
  const message = `a run of the name "${run}" is in the ledger already, and ended at ${endedAt}: give this one another name`;
  throw new InputError([{ field: 'execution', message }]);
}

/** Parses the input; what is refused is recorded too. */
async function parsedInput(id: string, input: unknown, deps: Dependencies): Promise<ExecutionInput> {
  try {
    return parseExecutionInput(input);
  } catch (error) {
    await startRun(id, input, deps.who, deps);
    throw error;
  }
}

/** The run as it is recorded, from now on at the latest. One that Abort had to record was without its input. */
async function startRun(id: string, given: unknown, who: string, deps: Dependencies): Promise<RunRecord> {
  const { ledger, where, clock, project } = deps;
  const input = recordedInput(given, Object.keys(project.stores));
  const startedAt = new Date(clock.now()).toISOString();
  const record = await ledger.startRun({ run: id, input, who, where, startedAt });
  if (record.input !== null || input === null) return record;
  await ledger.changeRun(id, { input });
  return { ...record, input };
}

/**
 * The run is over: records it, then ends the attempt that a copy completed, if it did and nobody is to report it first,
 * and frees its lease in one write; then tells of it.
 */
async function end(run: BegunRun, deps: Dependencies, call: Call): Promise<BeginResult> {
  const { owner, record, input } = run;
  const { run: id, token } = record;
  const endedAt = new Date(deps.clock.now()).toISOString();
  await deps.ledger.changeRun(id, { status: 'succeeded', exitCode: 0, endedAt });
  if (token !== undefined) {
    const { keyValues } = await homeOf(input, deps);
    await changeState(keyValues, (state) => {
      if (!isOwn(state.lease, { owner, token })) return state;
      const { attempt } = state;
      const ends = !isChain(input) && attempt?.phase === 'complete' && deps.reportsRuns !== true;
      return { ...state, lease: undefined, attempt: ends ? { ...attempt, endedAt } : attempt };
    });
  }
  await tellSucceeded(run, endedAt, deps, call);
  return { id, owner, attempt: record.attempt ?? '', token: token ?? 0, pending: false, concurrency: 1 };
}
