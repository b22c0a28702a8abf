import { acquireLease } from '../../kv/lease.js';
import type { RunRecord } from '../../ledger/ledger.js';
import type { Store } from '../../stores/store.js';
import { readState, stateLeaseCell } from '../../versions/state-entry.js';
import { attemptRecord } from '../attempts/attempt-record.js';
import type { Dependencies } from '../dependencies.js';

/** Takes the lease on a run's home and records its token. Throws LockHeldError. */
export async function takeLease(owner: string, run: RunRecord, home: Store, deps: Dependencies): Promise<number> {
  const { token } = await acquireLease(stateLeaseCell(home.keyValues), {
    owner,
    who: run.who,
    where: run.where,
    durationMs: deps.settings.leaseMs,
    clock: deps.clock,
    tokenAbove: Math.max(await knownToken(home, deps), run.token ?? 0),
  });
  await deps.ledger.changeRun(run.run, { token, step: 'begin' });
  return token;
}

/** The largest token that the ledger knows of the home's attempt: a restored state entry may be behind it, and behind the run's own. */
async function knownToken(home: Store, { ledger }: Dependencies): Promise<number> {
  const attempt = (await readState(home.keyValues))?.attempt;
  return attempt === undefined ? 0 : (await attemptRecord(ledger, attempt.id)).token;
}
