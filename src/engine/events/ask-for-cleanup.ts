import type { RunRecord } from '../../ledger/ledger.js';
import { readState } from '../../versions/state-entry.js';
import type { Dependencies } from '../dependencies.js';
import { isChain, parseExecutionInput } from '../runs/execution-input.js';
import { homeOf } from '../runs/home-of.js';
import { databaseName, declaredStoreOpener } from '../tasks/declared-stores.js';
import { cleanupNeeded, mostNamed, type CleanupNeeded, type LeftOver } from './cleanup-needed.js';
import { eventId, issueEvent, keptEvent, type KeptEvent, type Occasion } from './issue-event.js';
import { leavesOver, leftOver, type EndedRun } from './left-over.js';
import { cleanupCommand, statusCommand } from './status-command.js';
import { toldError } from './told-error.js';

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
 * to the run's error where the event was not issued. Called again for the same failure it issues the same event, unless it
 * is known to be sent.
 */
export async function askForCleanup(failed: FailedRun, deps: Dependencies): Promise<string[]> {
  // One that succeeded is another execution of its name.
  if (failed.run?.status === 'succeeded') return [];
  try {
    const kept = await issuedBefore(failed, deps);
    if (kept !== undefined && kept.notSent === undefined) return [];
    const detail = kept?.detail ?? (await detailOf(failed, deps));
    if (detail !== undefined) await issueEvent(cleanupNeeded, detail, occasionOf(failed, detail.run), deps);
    return [];
  } catch (error) {
    return [`the event "${cleanupNeeded.detailType}" was not issued, or not everywhere: ${String(error)}`];
  }
}

/** One that could not tell everything is made anew. */
async function issuedBefore(
  failed: FailedRun,
  { ledger }: Dependencies,
): Promise<KeptEvent<CleanupNeeded> | undefined> {
  const { run } = failed;
  if (run?.attempt === undefined) return undefined;
  // A ledger that does not answer now must not keep the event from being sent.
  const kept = await keptEvent(cleanupNeeded, occasionOf(failed, run.run), ledger).catch(() => undefined);
  return kept?.detail.unknown === undefined ? kept : undefined;
}

function occasionOf({ redrives }: FailedRun, run: string): Occasion {
  return { run, redrives };
}

/** The event of this failure; undefined when nothing is left over, or another run is at it by now. */
async function detailOf(failed: FailedRun, deps: Dependencies): Promise<CleanupNeeded | undefined> {
  const { run, owner, error } = failed;
  if (run?.attempt === undefined || run.token === undefined) return undefined;
  const input = parseExecutionInput(run.input);
  if (!isChain(input)) return undefined;
  const ended: EndedRun = { owner, token: run.token, attempt: run.attempt, input };
  const found = await look(ended, deps).catch((cause: unknown) => {
    // What cannot be told is asked about where the version is known to have been written: Cleanup had begun.
    return error.step === 'cleanup' ? unseen(cause, deps) : undefined;
  });
  if (found === undefined) return undefined;
  const { left, unknown, version, database } = found;
  return {
    format: 1,
    id: eventId(cleanupNeeded, owner, occasionOf(failed, run.run)),
    run: run.run,
    at: new Date(deps.clock.now()).toISOString(),
    attempt: run.attempt,
    version,
    database,
    left: left.slice(0, mostNamed),
    leftCount: left.length,
    ...(unknown === undefined ? {} : { unknown }),
    error: toldError(error, statusCommand(run.run, deps.ledger)),
    command: cleanupCommand(deps.ledger),
  };
}

type Found = Pick<CleanupNeeded, 'version' | 'database' | 'unknown'> & { readonly left: readonly LeftOver[] };

async function look(ended: EndedRun, deps: Dependencies): Promise<Found | undefined> {
  const { keyValues, location: database } = await homeOf(ended.input, deps);
  const state = await readState(keyValues);
  // The run that took over asks for itself, should it fail too.
  if (state === undefined || (state.lease !== undefined && state.lease.token !== ended.token)) return undefined;
  if (!leavesOver(state, ended, deps.clock.now())) return undefined;
  return { ...(await leftOver(state, ended, deps)), version: state.version, database };
}

/** What is asked where the database does not answer. */
async function unseen(cause: unknown, deps: Dependencies): Promise<Found> {
  const { location: database } = await declaredStoreOpener(deps)(databaseName(deps));
  return { left: [], version: null, database, unknown: `the state of the database was not read: ${String(cause)}` };
}
