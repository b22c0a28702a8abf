import { InputError } from '../../errors.js';
import { acquireLease } from '../../kv/lease.js';
import { isOwn } from '../../kv/lease-cell.js';
import type { RunRecord } from '../../ledger/ledger.js';
import type { Store } from '../../stores/store.js';
import { changeState, readState, stateLeaseCell } from '../../versions/state-entry.js';
import { attemptRecord } from '../attempts/attempt-record.js';
import { beginAttempt } from '../attempts/begin-attempt.js';
import type { Call, Dependencies, RunState } from '../dependencies.js';
import { parseExecutionInput, type ExecutionInput } from '../runs/execution-input.js';
import { saveForecast } from '../runs/forecast-documents.js';
import { checkedForecast } from '../runs/forecast-run.js';
import { underHeartbeat } from '../leases/heartbeat.js';
import { holdTarget, openStores, settingsOf } from '../runs/open-run.js';
import { recordedInput } from '../runs/recorded-input.js';
import { assertOtherStore } from '../runs/same-store.js';
import { ownerOf, runIdOf } from '../runs/run-id.js';

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
 * Begin: checks the input and what is in the way before anything is touched, takes the lease on the target, then reads
 * the state entry and goes on with its attempt or begins a new one. Called again for the same execution it does the
 * same; called at the end of a run it frees the lease.
 * Throws InputError (all faults together) and LockHeldError.
 */
export async function begin({ execution, input }: BeginInput, deps: Dependencies, _call: Call): Promise<BeginResult> {
  const [id, owner] = [runIdOf(execution), ownerOf(execution)];
  const parsed = await parsedInput(id, input, deps);
  const record = await startRun(id, parsed, parsed.startedBy ?? deps.who, deps);
  assertOwnRecord(record, deps.clock.now());
  const { source, target } = await openStores(parsed, deps);
  if (record.exitCode === 0) return await end(record, owner, target, deps);
  const forecast = await checkedForecast(owner, parsed, deps);
  if (parsed.copy.dryRun) {
    await saveForecast(deps.ledger, id, forecast);
    await deps.ledger.changeRun(id, { exitCode: 0 });
    return await end({ ...record, exitCode: 0 }, owner, target, deps);
  }
  const settings = settingsOf(parsed, deps);
  const askedAt = deps.clock.monotonic();
  const own = { owner, token: await takeLease(owner, record, target, deps) };
  await assertOtherStore(source, own);
  // It may wait for calls of an earlier run, for about a lease's time.
  const held = holdTarget({ id, ...own }, target, settings, deps);
  const attempt = await underHeartbeat({ held, settings }, deps.clock, () =>
    beginAttempt({ own, askedAt, input: parsed, source, target }, deps),
  );
  await deps.ledger.changeRun(id, { attempt: attempt.id });
  return { id, ...own, attempt: attempt.id, pending: true, concurrency: settings.concurrency };
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
  if (record.input === null && input !== null) await ledger.changeRun(id, { input });
  return record;
}

/**
 * The run is over: records it, then ends the attempt that it completed, if it did and nobody is to report it first, and
 * frees its lease in one write.
 */
async function end(record: RunRecord, owner: string, target: Store, deps: Dependencies): Promise<BeginResult> {
  const { run: id, token } = record;
  const endedAt = new Date(deps.clock.now()).toISOString();
  await deps.ledger.changeRun(id, { status: 'succeeded', endedAt });
  if (token !== undefined)
    await changeState(target.keyValues, (state) => {
      if (!isOwn(state.lease, { owner, token })) return state;
      const { attempt } = state;
      const ends = attempt?.phase === 'complete' && deps.reportsRuns !== true;
      return { ...state, lease: undefined, attempt: ends ? { ...attempt, endedAt } : attempt };
    });
  return { id, owner, attempt: record.attempt ?? '', token: token ?? 0, pending: false, concurrency: 1 };
}

/** Takes the lease on the target and records its token. Throws LockHeldError. */
async function takeLease(owner: string, run: RunRecord, target: Store, deps: Dependencies): Promise<number> {
  const { token } = await acquireLease(stateLeaseCell(target.keyValues), {
    owner,
    who: run.who,
    where: run.where,
    durationMs: deps.settings.leaseMs,
    clock: deps.clock,
    tokenAbove: await knownToken(target, deps),
  });
  await deps.ledger.changeRun(run.run, { token, step: 'begin' });
  return token;
}

/** The largest token that the ledger knows of the target's attempt: a restored state entry may be behind it. */
async function knownToken(target: Store, { ledger }: Dependencies): Promise<number> {
  const attempt = (await readState(target.keyValues))?.attempt;
  return attempt === undefined ? 0 : (await attemptRecord(ledger, attempt.id)).token;
}
