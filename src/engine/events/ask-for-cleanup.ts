import type { RunRecord } from '../../ledger/ledger.js';
import { readState, type StateEntry } from '../../versions/state-entry.js';
import type { Dependencies } from '../dependencies.js';
import { isChain, parseExecutionInput } from '../runs/execution-input.js';
import { homeOf } from '../runs/home-of.js';
import { cleanupNeeded, mostNamed, type CleanupNeeded } from './cleanup-needed.js';
import { issuedEvent, issueEvent } from './issue-event.js';
import { leavesOver, leftOver, type EndedRun } from './left-over.js';

/** A run that failed, as Abort knows it. */
export interface FailedRun {
  /** Whose the lease was. */
  readonly owner: string;
  /** As it was recorded before it failed. */
  readonly run: RunRecord | undefined;
  readonly redrives: number;
  readonly error: CleanupNeeded['error'];
}

/**
 * Issues `Cleanup Needed` for a run that failed between the version and the drop. Never throws: returns what is to be added
 * to the run's error where the event was not issued. Called again for the same failure it issues the same event again.
 */
export async function askForCleanup(failed: FailedRun, deps: Dependencies): Promise<string[]> {
  try {
    const detail = (await issuedBefore(failed, deps)) ?? (await detailOf(failed, deps));
    if (detail !== undefined) await issueEvent(cleanupNeeded, detail, failed, deps);
    return [];
  } catch (error) {
    return [`the event "${cleanupNeeded.detailType}" was not issued, or not everywhere: ${String(error)}`];
  }
}

/** One that could not tell everything is made anew. */
async function issuedBefore(
  { run, redrives }: FailedRun,
  { ledger }: Dependencies,
): Promise<CleanupNeeded | undefined> {
  if (run?.attempt === undefined) return undefined;
  // A ledger that does not answer now must not keep the event from being sent.
  const issued = await issuedEvent(cleanupNeeded, { run: run.run, redrives }, ledger).catch(() => undefined);
  return issued?.unknown === undefined ? issued : undefined;
}

/** The event of this failure; undefined when nothing is left over, or another run is at it by now. */
async function detailOf(failed: FailedRun, deps: Dependencies): Promise<CleanupNeeded | undefined> {
  const { run, owner, redrives, error } = failed;
  if (run?.attempt === undefined || run.token === undefined) return undefined;
  const input = parseExecutionInput(run.input);
  if (!isChain(input)) return undefined;
  const ended: EndedRun = { owner, attempt: run.attempt, input };
  const home = await homeOf(input, deps);
  const found = await lookAt(() => readState(home.keyValues), ended, run.token, deps);
  // What cannot be told is asked about where the version is known to have been written: Cleanup had begun.
  if (found === undefined || ('failure' in found && error.step !== 'cleanup')) return undefined;
  const { left, unknown } = 'failure' in found ? { left: [], unknown: found.failure } : found;
  return {
    format: 1,
    id: `${owner}-${redrives}`,
    run: run.run,
    at: new Date(deps.clock.now()).toISOString(),
    attempt: run.attempt,
    version: 'failure' in found ? null : found.version,
    database: home.location,
    left: left.slice(0, mostNamed),
    leftCount: left.length,
    ...(unknown === undefined ? {} : { unknown }),
    error,
    command: 'carryover cleanup',
  };
}

type Found = Awaited<ReturnType<typeof leftOver>> & { readonly version: number };

async function lookAt(
  read: () => Promise<StateEntry | undefined>,
  ended: EndedRun,
  token: number,
  deps: Dependencies,
): Promise<Found | { readonly failure: string } | undefined> {
  let state: StateEntry | undefined;
  try {
    state = await read();
  } catch (error) {
    return { failure: `the state of the database could not be read: ${String(error)}` };
  }
  // The run that took over asks for itself, should it fail too.
  if (state === undefined || (state.lease !== undefined && state.lease.token !== token)) return undefined;
  if (!leavesOver(state, ended, deps.clock.now())) return undefined;
  return { ...(await leftOver(state, ended, deps)), version: state.version };
}
