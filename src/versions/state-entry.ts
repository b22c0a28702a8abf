import { z } from 'zod';
import { CorruptDataError, PredicateFailedError } from '../errors.js';
import type { KeyValueStore, Predicate } from '../kv/key-value-store.js';
import { leaseRecordSchema, ownLease, type LeaseCell, type LeaseOwner, type LeaseRecord } from '../kv/lease-cell.js';
import type { HeldLease } from '../kv/held-lease.js';
import { Backoff, type RetryOptions } from '../kv/retry-policy.js';
import type { Fence } from '../stores/store.js';
import { assertAtHome, movedFromSchema, movedSchema, type Moved, type MovedFrom } from './home-records.js';

const attemptSchema = z.strictObject({
  id: z.string(),
  /** Identifies "the same command": a hash of what is carried, from where and to where. */
  spec: z.string(),
  /** The same for people. */
  description: z.string(),
  startedAt: z.string(),
  /** `validate`: nothing was made for it; `setup`: Setup has begun; `carry`: Setup has come to its end once. */
  phase: z.enum(['validate', 'setup', 'carry', 'complete']),
  completedAt: z.string().optional(),
  /** When a run came to its end after it was complete. Until then the same command goes on with it. */
  endedAt: z.string().optional(),
  /** Milliseconds after its completion in which readers may still use the names that were active before. */
  namesKeptMs: z.int().nonnegative().optional(),
  /** It made nothing in the stores that a new attempt would have to drop first: one may take its place unasked. */
  leavesNothing: z.boolean().optional(),
  /** The ledger of the run that worked on it last: what another ledger knows of the target is older. */
  ledger: z.string().optional(),
  /** Unfinished attempts that this one replaces, one after the other: what they created is still to be dropped. */
  previous: z.array(z.string()).min(1).optional(),
});

const pendingDropSchema = z.strictObject({
  /** The name of the declared store, and the table in it. */
  store: z.string(),
  table: z.string(),
  /** The physical identity: a table that was made anew under this name stays. */
  identity: z.string(),
  /** The version whose migration left it over. */
  version: z.int().nonnegative(),
  /** Not before this time, ISO 8601. */
  notBefore: z.string(),
});

const stateSchema = z.strictObject({
  format: z.literal(1),
  version: z.int().nonnegative(),
  baseline: z.int().nonnegative().optional(),
  revision: z.int().nonnegative(),
  token: z.int().nonnegative(),
  lease: leaseRecordSchema.optional(),
  takenAt: z.int().nonnegative().optional(),
  attempt: attemptSchema.optional(),
  active: z.record(z.string(), z.string()),
  cleanup: z.array(pendingDropSchema),
  moved: movedSchema.optional(),
  movedFrom: movedFromSchema.optional(),
});

/** A table that is to be dropped by a Cleanup. */
export type PendingDrop = Readonly<z.infer<typeof pendingDropSchema>>;

export type AttemptState = Readonly<z.infer<typeof attemptSchema>>;

/**
 * What is true of a database, and who may write to it: one entry in its own key-value store, so that one compare-and-set
 * checks and changes all of it, and a restored backup brings it back with the data.
 */
export interface StateEntry {
  readonly format: 1;
  /** The data version; 0 before any migration. */
  readonly version: number;
  /**
   * The version that the database had when it came under Carryover's care: 0 for a new one, what `baseline` or
   * `newDatabase: "stamp"` gave it otherwise. Partitions without an entry of their own have it too. Absent: nobody has said
   * yet which version the data has.
   */
  readonly baseline?: number | undefined;
  /** Grows by one with each write of this entry. */
  readonly revision: number;
  /** The largest fencing token that was ever given. */
  readonly token: number;
  readonly lease?: LeaseRecord | undefined;
  /**
   * The revision that the first owner found who has not begun to work since, however many came after it. Absent once
   * one has begun. Whatever was saved elsewhere with a later revision speaks of a state that is no more.
   */
  readonly takenAt?: number | undefined;
  readonly attempt?: AttemptState | undefined;
  /** Logical names and the physical ones that are live. */
  readonly active: Readonly<Record<string, string>>;
  /** What is left to be dropped. */
  readonly cleanup: readonly PendingDrop[];
  /** The database lives in another store: all else is as it was when it moved, and nothing but `arrived` changes any more. */
  readonly moved?: Moved | undefined;
  /** The database came from another store. */
  readonly movedFrom?: MovedFrom | undefined;
}

/** Where the entry lies. */
export const statePartition: Uint8Array = new TextEncoder().encode('carryover');
export const stateKey: Uint8Array = new TextEncoder().encode('state');

const noState: StateEntry = { format: 1, version: 0, revision: 0, token: 0, active: {}, cleanup: [] };

/** Workers renew the lease in this entry while it is changed for other reasons. */
const contention = { attempts: 30, baseMs: 20, capMs: 500 };

/** The state entry; undefined where no run has been yet. Throws CorruptDataError when it is not what this version reads. */
export async function readState(kv: KeyValueStore): Promise<StateEntry | undefined> {
  const entry = await kv.get(statePartition, stateKey);
  return entry && parseState(entry.value);
}

/** The new state, or the very one that was given to write nothing. It may throw to refuse, and may be called several times. */
export type StateChange = (state: StateEntry) => StateEntry | Promise<StateEntry>;

/**
 * Changes the state entry in one compare-and-set, again with what others wrote when they were faster. Returns the state
 * as it is then. `revision` counts itself. Throws PredicateFailedError when others were faster each time, DatabaseMovedError,
 * with nothing written, for an old home.
 */
export function changeState(kv: KeyValueStore, change: StateChange, options: RetryOptions = {}): Promise<StateEntry> {
  return replaceState(
    kv,
    async (state) => {
      assertAtHome(state);
      const next = await change(state);
      return next === state ? state : { ...next, revision: state.revision };
    },
    options,
  );
}

/** changeState for the move of a home alone: it may change the entry of an old one, and raise the revision. */
export async function replaceState(
  kv: KeyValueStore,
  change: StateChange,
  options: RetryOptions = {},
): Promise<StateEntry> {
  const backoff = new Backoff(contention, options);
  for (let attempt = 1; ; attempt++) {
    const { state, predicate } = await current(kv);
    const next = await change(state);
    if (next === state) return state;
    try {
      return await writeState(kv, state, next, predicate);
    } catch (error) {
      if (!(error instanceof PredicateFailedError) || !(await backoff.again(attempt))) throw error;
    }
  }
}

/** changeState for the owner of the lease. Throws LeaseLostError, and writes nothing, for anybody else. */
export function changeStateAsOwner(
  kv: KeyValueStore,
  own: LeaseOwner,
  change: StateChange,
  options: RetryOptions = {},
): Promise<StateEntry> {
  return changeState(
    kv,
    (state) => {
      ownLease(state, own, 'the target');
      return change(state);
    },
    options,
  );
}

/** The lease in the state entry: who runs on this database. Reading it throws DatabaseMovedError for an old home. */
export function stateLeaseCell(kv: KeyValueStore): LeaseCell {
  return {
    what: 'the target',
    async read() {
      const { state, predicate } = await current(kv);
      assertAtHome(state);
      const { lease, token, revision } = state;
      return {
        lease,
        token,
        revision,
        async swap(next) {
          const comes = next.lease !== undefined && next.lease.owner !== lease?.owner;
          const takenAt = comes ? { takenAt: state.takenAt ?? state.revision } : {};
          try {
            await writeState(kv, state, { ...state, ...takenAt, lease: next.lease, token: next.token }, predicate);
            return true;
          } catch (error) {
            if (error instanceof PredicateFailedError) return false;
            throw error;
          }
        },
      };
    },
  };
}

/** The fence between a worker and the data, from the lease that it holds. */
export function stateFence(held: HeldLease): Fence {
  return {
    token: held.token,
    assertMaySend: () => held.assertMaySend(),
    partition: statePartition,
    key: stateKey,
    tokenOf: (value) => tokenIn(parseState(value)),
  };
}

/** An old home keeps the lease that moved: nobody writes there by it. */
function tokenIn({ lease, moved }: StateEntry): number {
  return moved === undefined ? (lease?.token ?? 0) : 0;
}

async function current(kv: KeyValueStore): Promise<{ state: StateEntry; predicate: Predicate | undefined }> {
  const entry = await kv.get(statePartition, stateKey);
  return { state: entry === undefined ? noState : parseState(entry.value), predicate: entry?.predicate };
}

async function writeState(
  kv: KeyValueStore,
  from: StateEntry,
  to: StateEntry,
  predicate: Predicate | undefined,
): Promise<StateEntry> {
  // What comes from another home may be ahead of what it replaces.
  const written: StateEntry = { ...to, format: 1, revision: Math.max(from.revision, to.revision) + 1 };
  await kv.setIf(statePartition, stateKey, new TextEncoder().encode(JSON.stringify(written)), predicate);
  return written;
}

function parseState(value: Uint8Array): StateEntry {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(value));
  } catch (error) {
    throw new CorruptDataError('the state entry is not JSON; restore it from a backup', { cause: error });
  }
  const parsed = stateSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const format = typeof json === 'object' && json !== null && 'format' in json ? json.format : undefined;
  const reason =
    format === 1 ? z.prettifyError(parsed.error) : `it has the format ${JSON.stringify(format)}, this version reads 1`;
  throw new CorruptDataError(`the state entry cannot be read: ${reason}`);
}
