import { acquireLease } from '../kv/lease.js';
import { isOwn, type LeaseOwner } from '../kv/lease-cell.js';
import type { Json } from '../json.js';
import type { RunRecord } from '../ledger/ledger.js';
import { copySpec, describeCopy } from '../migrations/copy/copy-input.js';
import type { Store } from '../stores/store.js';
import {
  changeState,
  changeStateAsOwner,
  readState,
  stateLeaseCell,
  type AttemptState,
} from '../versions/state-entry.js';
import { attemptToResume, assertNoOtherAttempt } from './attempt.js';
import { attemptRecord, changeAttempt } from './attempt-record.js';
import type { Call, Dependencies, RunState } from './dependencies.js';
import { parseExecutionInput, type ExecutionInput } from './execution-input.js';
import { checkedForecast, unfinishedAttempt } from './forecast-run.js';
import { openStores, settingsOf } from './open-run.js';
import { ownerOf, runIdOf } from './run-id.js';
import { awaitUnitLeases, voidLaterCheckpoints } from './take-over.js';

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
  const parsed = parseExecutionInput(input);
  const { source, target } = await openStores(parsed, deps);
  const record = await deps.ledger.startRun({
    run: id,
    input: parsed as unknown as Json,
    who: parsed.startedBy ?? deps.who,
    where: deps.where,
    startedAt: new Date(deps.clock.now()).toISOString(),
  });
  if (record.exitCode === 0) return await end(record, owner, target, deps);
  const forecast = await checkedForecast(owner, parsed, deps);
  if (parsed.copy.dryRun) {
    await deps.ledger.putDocument(id, 'forecast', forecast as unknown as Json);
    await deps.ledger.changeRun(id, { exitCode: 0 });
    return await end({ ...record, exitCode: 0 }, owner, target, deps);
  }
  const askedAt = deps.clock.monotonic();
  const lease = await acquireLease(stateLeaseCell(target.keyValues), {
    owner,
    who: record.who,
    where: record.where,
    durationMs: deps.settings.leaseMs,
    clock: deps.clock,
    tokenAbove: await knownToken(target, deps),
  });
  await deps.ledger.changeRun(id, { token: lease.token, step: 'begin' });
  // Calls of the attempt that is resumed, or replaced by a fresh one, must have ended before anything is void or dropped.
  const earlier = (await readState(target.keyValues))?.attempt;
  if (earlier !== undefined) await awaitUnitLeases(deps, earlier.id, lease.token, askedAt);
  const attempt = await beginAttempt({ owner, token: lease.token }, parsed, { source, target }, deps);
  await deps.ledger.changeRun(id, { attempt: attempt.id });
  return {
    id,
    owner,
    attempt: attempt.id,
    token: lease.token,
    pending: true,
    concurrency: settingsOf(parsed, deps).concurrency,
  };
}

/** The run is over: records it, then ends the attempt that it completed, if it did, and frees its lease in one write. */
async function end(record: RunRecord, owner: string, target: Store, deps: Dependencies): Promise<BeginResult> {
  const { run: id, token } = record;
  const endedAt = new Date(deps.clock.now()).toISOString();
  await deps.ledger.changeRun(id, { status: 'succeeded', endedAt });
  if (token !== undefined)
    await changeState(target.keyValues, (state) => {
      if (!isOwn(state.lease, { owner, token })) return state;
      const { attempt } = state;
      const ended = attempt?.phase === 'complete' ? { ...attempt, endedAt } : attempt;
      return { ...state, lease: undefined, attempt: ended };
    });
  return { id, owner, attempt: record.attempt ?? '', token: token ?? 0, pending: false, concurrency: 1 };
}

/** The largest token that the ledger knows of the target's attempt: a restored state entry may be behind it. */
async function knownToken(target: Store, { ledger }: Dependencies): Promise<number> {
  const attempt = (await readState(target.keyValues))?.attempt;
  return attempt === undefined ? 0 : (await attemptRecord(ledger, attempt.id)).token;
}

/** With the lease held: the attempt that the state entry names, or a new one; what an older owner left is dealt with. */
async function beginAttempt(
  own: LeaseOwner,
  input: ExecutionInput,
  { source, target }: { source: Store; target: Store },
  deps: Dependencies,
): Promise<AttemptState> {
  const { owner, token } = own;
  const locations = { from: source.location, to: target.location };
  const spec = copySpec(input.copy, locations);
  const found = await readState(target.keyValues);
  const resumed = attemptToResume(found, owner, spec, input.copy);
  if (resumed !== undefined && found?.takenAt !== undefined)
    await voidLaterCheckpoints(deps, resumed.id, { token, takenAt: found.takenAt });
  const state = await changeStateAsOwner(target.keyValues, own, (current) => {
    const settled = current.takenAt === undefined ? current : { ...current, takenAt: undefined };
    if (attemptToResume(current, owner, spec, input.copy) !== undefined) return settled;
    assertNoOtherAttempt(current, input.copy);
    const replaced = unfinishedAttempt(current);
    const attempt: AttemptState = {
      id: owner,
      spec,
      description: describeCopy(input.copy, locations),
      startedAt: new Date(deps.clock.now()).toISOString(),
      phase: 'setup',
      ...(replaced === undefined ? {} : { previous: [...(replaced.previous ?? []), replaced.id] }),
    };
    return { ...settled, attempt };
  });
  const attempt = state.attempt as AttemptState;
  await changeAttempt(
    deps.ledger,
    { attempt: attempt.id, token },
    { token, revision: state.revision, locating: false },
  );
  return attempt;
}
