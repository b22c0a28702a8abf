import { z } from 'zod';
import { LeaseLostError, type LeaseHolder } from '../errors.js';

/** Ownership that expires unless it is renewed. Times in it are for people; nothing is decided by them. */
export interface LeaseRecord extends LeaseHolder {
  /** The fencing token: larger with each new owner. */
  readonly token: number;
  /** How often it was renewed, so that one who watches sees that the holder lives. */
  readonly renewals: number;
  /** How long it lives after it was last renewed. */
  readonly durationMs: number;
}

/** A lease as it is written, as JSON. */
export const leaseRecordSchema: z.ZodType<LeaseRecord> = z.strictObject({
  owner: z.string(),
  who: z.string(),
  where: z.string(),
  since: z.string(),
  token: z.int().positive(),
  renewals: z.int().nonnegative(),
  durationMs: z.number().positive(),
});

/** A lease as it lies in some value, beside the largest token that was ever given, which outlives the lease. */
export interface LeaseState {
  readonly lease?: LeaseRecord | undefined;
  readonly token: number;
}

/** A place that holds a lease and can be compared and set: a field of the state entry, an entry of its own. */
export interface LeaseCell {
  /** What is owned, for people: `the target`. */
  readonly what: string;
  read(): Promise<LeaseView>;
}

/** What was read. */
export interface LeaseView extends LeaseState {
  /** How often the cell was written, for whatever reason: what is saved elsewhere with it can be told to be older or newer. */
  readonly revision: number;
  /**
   * Puts `next` in its place, if nothing in the cell was changed since it was read. False: it was, and nothing was
   * written. Throws OutcomeUnknownError when the answer was lost and cannot be found out.
   */
  swap(next: LeaseState): Promise<boolean>;
}

/** Who a lease must belong to. */
export interface LeaseOwner {
  readonly owner: string;
  readonly token: number;
}

export function isOwn(lease: LeaseRecord | undefined, { owner, token }: LeaseOwner): boolean {
  return lease?.owner === owner && lease.token === token;
}

/** Whether nobody took or renewed the lease between two looks at it. */
export function isSameRenewal(a: LeaseRecord, b: LeaseRecord): boolean {
  return a.owner === b.owner && a.token === b.token && a.renewals === b.renewals;
}

/** The lease, if it is still the owner's. Throws LeaseLostError when it is not. */
export function ownLease({ lease }: LeaseState, own: LeaseOwner, what: string): LeaseRecord {
  if (lease !== undefined && isOwn(lease, own)) return lease;
  const now =
    lease === undefined ? 'nobody owns it' : `run ${lease.owner} owns it since ${lease.since} (token ${lease.token})`;
  throw new LeaseLostError(`run ${own.owner} (token ${own.token}) no longer owns ${what}: ${now}`);
}

export function renewed(view: LeaseState, lease: LeaseRecord): LeaseState {
  return { token: view.token, lease: { ...lease, renewals: lease.renewals + 1 } };
}
