import type { AttemptState, StateEntry } from '../../versions/state-entry.js';
import { attemptRecord, changeAttempt, scopes } from './attempt-record.js';
import type { Dependencies } from '../dependencies.js';

/** How often to look whether the calls of an earlier run have ended. */
const pollMs = 1_000;

/**
 * Waits until no call of an earlier run can still send: each gives its unit back when it ends, and one that was left
 * behind stops at the end of the lease that it last saw, which is over one lease's time after `askedAt` (monotonic) at
 * the latest: from then on nobody but this run has renewed it.
 */
export async function awaitUnitLeases(
  { ledger, clock, settings }: Dependencies,
  attempt: AttemptState,
  token: number,
  askedAt: number,
): Promise<void> {
  const { migrate, ledger: known } = await attemptRecord(ledger, attempt.id);
  // Calls of another ledger's run are not seen here: they get their whole time.
  const unseen = attempt.phase !== 'complete' && attempt.ledger !== known;
  // No wall clock decides: a host whose clock is ahead would take a living call for a dead one.
  const until = askedAt + settings.leaseMs;
  while (clock.monotonic() < until && (unseen || (await earlierCallAlive()))) await clock.sleep(pollMs);

  async function earlierCallAlive(): Promise<boolean> {
    for await (const unit of ledger.units(scopes.migrate(attempt.id), migrate)) {
      if (unit.leaseOwner !== undefined && unit.token < token && !unit.done) return true;
    }
    return false;
  }
}

/**
 * After a backup of the target was restored, its state entry is older than the ledger: checkpoints that were saved
 * later speak of writes that are gone, and their units begin anew. The state entry's revision grows with every write of
 * it, and each checkpoint carries the one that its worker knew: none can be later than the one that the new owner
 * found, unless the entry was set back. A backup that was made after the last renewal of the lease before the run died is
 * not told from the state that it died in: what it lacks is found by validation.
 */
export async function voidLaterCheckpoints(
  { ledger }: Dependencies,
  attempt: string,
  token: number,
  { revision, takenAt = revision }: Pick<StateEntry, 'revision' | 'takenAt'>,
): Promise<void> {
  const record = await attemptRecord(ledger, attempt);
  // What this very owner saved after it took over is true, unless the entry was set back since: then it is ahead even of now.
  const isLater = (saved: { readonly revision: number; readonly token: number }): boolean =>
    saved.revision > (saved.token === token ? revision : takenAt);
  let restored = isLater(record);
  for await (const unit of ledger.units(scopes.migrate(attempt), record.migrate)) {
    if (!isLater(unit)) continue;
    restored = true;
    const { unit: number, table, work } = unit;
    await ledger.resetUnit(scopes.migrate(attempt), { unit: number, table, work }, token);
  }
  if (restored) await changeAttempt(ledger, { attempt, token }, { generationOpen: false });
}
