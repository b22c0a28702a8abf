import type { LeaseRecord } from '../kv/lease-cell.js';
import type { AttemptState, StateEntry } from './state-entry.js';

/** The version as the state entry has it; undefined while nobody has said which one the data has. */
export function versionOf(state: StateEntry | undefined): number | undefined {
  return state?.baseline === undefined ? undefined : state.version;
}

/** Who does what to the database, since when, from which version to which: for one who waits. */
export function runText(state: StateEntry, lease: LeaseRecord): string {
  const who = `run ${lease.owner}, started by ${lease.who} on ${lease.where},`;
  const attempt = state.attempt?.phase === 'complete' ? undefined : state.attempt;
  if (attempt === undefined) return `${who} owns the database since ${lease.since}`;
  const to = stepOf(attempt);
  if (to === undefined) return `${who} works on it since ${lease.since}: ${attempt.description}`;
  return `${who} migrates it since ${lease.since} from version ${state.version} to ${to}: ${attempt.description}`;
}

export function waitingText(expected: number, state: StateEntry | undefined, run: string): string {
  return `waiting for data version ${expected}: the database ${foundText(versionOf(state))}; ${run}`;
}

function foundText(found: number | undefined): string {
  return found === undefined ? 'has no version yet' : `is at version ${found}`;
}

/** Newer code has migrated the data: this code does not know its shape. */
export function aheadText(expected: number, found: number): string {
  return (
    `the data is at version ${found}, this code expects ${expected}: deploy the code that expects ${found}, ` +
    `or restore a backup that is at version ${expected}`
  );
}

/** The data is behind and nobody migrates it: what mends that. */
export function idleText(expected: number, state: StateEntry | undefined): string {
  const found = versionOf(state);
  if (found === undefined)
    return (
      `nobody has said yet which version the data has; this code expects ${expected}: run "carryover up" for a new ` +
      `database, or "carryover baseline N" first for one whose data is at version N`
    );
  return `the data is at version ${found}, this code expects ${expected}, and nobody migrates it: ${mendText(state)}`;
}

function mendText(state: StateEntry | undefined): string {
  const begun = begunText(state);
  return begun === undefined ? 'run "carryover up"' : `${begun}; run "carryover up"`;
}

/** What somebody began and did not bring to its end. */
function begunText({ lease, attempt }: Partial<StateEntry> = {}): string | undefined {
  if (lease !== undefined)
    return `run ${lease.owner}, started by ${lease.who} on ${lease.where} at ${lease.since}, stopped without an end`;
  if (attempt === undefined || attempt.phase === 'complete' || stepOf(attempt) === undefined) return undefined;
  return `${attempt.description}, begun at ${attempt.startedAt}, is not finished`;
}

/** The version that an attempt leads to; undefined for one of an ad-hoc copy. What registered migrations are told apart by begins with it. */
function stepOf({ spec }: AttemptState): string | undefined {
  return /^up:(\d+):/.exec(spec)?.[1];
}
