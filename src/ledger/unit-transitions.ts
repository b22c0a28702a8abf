import { LateWriterError } from '../errors.js';
import { addUsage } from '../stores/store.js';
import type { Checkpoint, Claim, UnitRecord } from './ledger.js';

/** Another call of the same run has the unit, and its time is not over. An older run's call has to give way. */
export function isHeld(stored: UnitRecord, claim: Claim, nowMs: number): boolean {
  const { leaseOwner, leaseUntil = 0, token } = stored;
  return token === claim.token && leaseOwner !== undefined && leaseOwner !== claim.owner && leaseUntil > nowMs;
}

/** The unit in the hands of `claim`: what was done stays done, the failure of an earlier call stays told until the next checkpoint. */
export function afterClaim(stored: UnitRecord, claim: Claim, updatedAt: string): UnitRecord {
  return {
    ...stored,
    sequence: stored.sequence + 1,
    token: claim.token,
    leaseOwner: claim.owner,
    leaseUntil: Math.floor(claim.until),
    startedAt: stored.startedAt ?? updatedAt,
    updatedAt,
  };
}

/** The unit after a checkpoint: amounts are added, failure and debt of an earlier call are gone, what is done is nobody's. */
export function afterCheckpoint(unit: UnitRecord, change: Checkpoint, updatedAt: string): UnitRecord {
  const { failure: _earlier, owed: _owed, leaseOwner, leaseUntil, ...kept } = unit;
  return {
    ...kept,
    ...(change.cursor === undefined ? {} : { cursor: change.cursor }),
    ...(change.digest === undefined ? {} : { digest: change.digest }),
    ...(change.failure === undefined ? {} : { failure: change.failure }),
    ...(change.owed === undefined ? {} : { owed: change.owed }),
    ...(change.done || leaseOwner === undefined ? {} : { leaseOwner }),
    ...(change.done || leaseUntil === undefined ? {} : { leaseUntil }),
    sequence: unit.sequence + 1,
    items: unit.items + change.items,
    sizeBytes: unit.sizeBytes + change.sizeBytes,
    usage: addUsage(unit.usage, change.usage),
    done: change.done,
    revision: change.revision,
    updatedAt,
  };
}

/** A run with a larger token has the unit. */
export function assertNotOlder(what: string, token: number, stored: UnitRecord | undefined): void {
  if (stored === undefined || token >= stored.token) return;
  const { unit, scope } = stored;
  throw new LateWriterError(
    `unit ${unit} of ${scope} was not ${what}: token ${token} is older than ${stored.token}, which a newer run brought`,
  );
}

/** Why a checkpoint did not fit what is stored. */
export function lateCheckpoint(unit: UnitRecord, claim: Claim, stored: UnitRecord | undefined): LateWriterError {
  const what = `the checkpoint of unit ${unit.unit} of ${unit.scope} came too late`;
  const own = `it follows sequence ${unit.sequence} of token ${claim.token} and call ${claim.owner}`;
  if (stored === undefined) return new LateWriterError(`${what}: ${own}, and the unit is gone`);
  const holder = stored.leaseOwner === undefined ? 'no call' : `call ${stored.leaseOwner}`;
  const now = `the unit is at sequence ${stored.sequence} of token ${stored.token} and ${holder}`;
  return new LateWriterError(`${what}: ${own}, and ${now}`);
}
