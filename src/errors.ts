import { shortened } from './shortened-text.js';

/**
 * The error set. Names are literal strings, because the state machine matches on them (`ErrorEquals`) and bundlers
 * rename classes. Data that a caller needs is kept in fields, the original error in `cause`.
 */
export abstract class CarryoverError extends Error {
  abstract override readonly name: string;
}

/** One thing that is wrong with an input, and what would be right. */
export interface Fault {
  /** Where it is: `copy.tables[2]`, `--segments`, `stores.orders-old.url`, `table "orders"`. */
  readonly field: string;
  /** What is wrong and what would be right, in one sentence. */
  readonly message: string;
}

/** Bad input or configuration: found before anything is touched, all faults together. Never retried. Exit code 2. */
export class InputError extends CarryoverError {
  override readonly name = 'InputError';
  constructor(readonly faults: readonly Fault[]) {
    super(faults.map((fault) => `${fault.field}: ${fault.message}`).join('\n'));
  }
}

/** Validation found differences. The verdict is in the ledger. Exit code 1. */
export class ValidationFailedError extends CarryoverError {
  override readonly name = 'ValidationFailedError';
}

/** Units ended without being done; the ledger names them with their errors. Exit code 3. */
export class UnitsFailedError extends CarryoverError {
  override readonly name = 'UnitsFailedError';
}

/** Who holds a lease, so that the loser can be told. */
export interface LeaseHolder {
  /** The run that holds it. */
  readonly owner: string;
  /** The person or role that started that run. */
  readonly who: string;
  /** The host or stack it runs on. */
  readonly where: string;
  /** When the holder took it, ISO 8601. */
  readonly since: string;
}

/** Another run owns the target. Exit code 4. */
export class LockHeldError extends CarryoverError {
  override readonly name = 'LockHeldError';
  constructor(
    readonly holder: LeaseHolder,
    what = 'the target',
  ) {
    super(`${what} is owned by run ${holder.owner}, started by ${holder.who} on ${holder.where} at ${holder.since}`);
  }
}

/** The caller's lease or fencing token is no longer the current one: it must stop. Never retried. */
export class LeaseLostError extends CarryoverError {
  override readonly name = 'LeaseLostError';
}

/** A checkpoint came from a writer that is no longer the current one (sequence or token moved on). */
export class LateWriterError extends CarryoverError {
  override readonly name = 'LateWriterError';
}

/** The engine asked to slow down, after the driver's own retries. Retried with backoff. */
export class ThrottledError extends CarryoverError {
  override readonly name = 'ThrottledError';
}

/** The engine did not answer, or broke the connection; the outcome of a write is unknown. Retried: writes are idempotent. */
export class StoreUnavailableError extends CarryoverError {
  override readonly name = 'StoreUnavailableError';
}

/** No space is left where a store keeps its data; nothing was lost. Not retried: somebody must make room first. Exit code 3. */
export class StoreFullError extends CarryoverError {
  override readonly name = 'StoreFullError';
  /** `what`: what could not be done, where, and why. */
  constructor(what: string, options?: ErrorOptions) {
    super(`${what}. Free space there, then run the same command again: it goes on where it stopped`, options);
  }
}

/** The table is not there: the only error that means absence. */
export class TableNotFoundError extends CarryoverError {
  override readonly name = 'TableNotFoundError';
  constructor(
    readonly table: string,
    location: string,
  ) {
    super(`table "${table}" is not in ${location}`);
  }
}

/** Stored data is not what it must be: a checksum, a format or a record does not fit. Never retried. */
export class CorruptDataError extends CarryoverError {
  override readonly name = 'CorruptDataError';
}

/** Items that the target refuses for what they are (too large, an unsupported value); names the first of them. */
export class ItemRefusedError extends CarryoverError {
  override readonly name = 'ItemRefusedError';
}

/** A conditional write found another entry than the one it was to replace. Nothing was written: read again and decide anew. */
export class PredicateFailedError extends CarryoverError {
  override readonly name = 'PredicateFailedError';
}

/**
 * The answer to a conditional write was lost, and the entry no longer tells whether it was made. Whoever repeats it must
 * be able to see from the data that it was made already.
 */
export class OutcomeUnknownError extends CarryoverError {
  override readonly name = 'OutcomeUnknownError';
}

/** A partition, key or value beyond the limits of the key-value store; nothing was sent. */
export class EntryTooLargeError extends CarryoverError {
  override readonly name = 'EntryTooLargeError';
}

/** The key-value store was closed before this call, or while it was under way. */
export class StoreClosedError extends CarryoverError {
  override readonly name = 'StoreClosedError';
}

/** The data of a database is not at the version that the code expects, and nobody is about to change that. */
export class DataVersionError extends CarryoverError {
  override readonly name = 'DataVersionError';
  constructor(
    message: string,
    readonly expected: number,
    /** Undefined: nobody has said yet which version the data has. */
    readonly found: number | undefined,
  ) {
    super(message);
  }
}

/** The database lives in another store by now: nothing is read from or written to its old home. Never retried. Exit code 2. */
export class DatabaseMovedError extends CarryoverError {
  override readonly name = 'DatabaseMovedError';
  /** The name of the declared store that it lives in, and where that was when it moved. */
  readonly store: string;
  readonly location: string;
  /** The version whose migration moved it. */
  readonly version: number;
  constructor({ store, location, version }: { store: string; location: string; version: number }) {
    super(
      `the database moved to the store "${store}" (${location}) with version ${version}: ` +
        `open that one, and let the configuration say database: "${store}"`,
    );
    [this.store, this.location, this.version] = [store, location, version];
  }
}

/** A migration was under way all the time that was given to wait for a data version. */
export class DataVersionTimeoutError extends CarryoverError {
  override readonly name = 'DataVersionTimeoutError';
  constructor(
    message: string,
    readonly expected: number,
    /** Undefined: nobody has said yet which version the data has. */
    readonly found: number | undefined,
    /** Who owned the database then; undefined: the migration that was started had not begun. */
    readonly holder: LeaseHolder | undefined,
  ) {
    super(message);
  }
}

/** The version is the new one, but something that was to be removed is left over; the message names it. Exit code 3. */
export class CleanupFailedError extends CarryoverError {
  override readonly name = 'CleanupFailedError';
}

/** A package's own code failed on its rows, or gave what is no entry; the message names package, table and row. Exit code 3. */
export class PackageFailedError extends CarryoverError {
  override readonly name = 'PackageFailedError';
}

/** A partition that could not be migrated, and why. */
export interface FailedPartition {
  readonly partition: string;
  /** Name and message of its error. */
  readonly message: string;
}

/** How many partitions a message names, and how much of each: it is kept in a unit, which has room for 2,000 characters. */
const namedPartitions = 10;
const shownId = 60;
const shownMessage = 110;

/** Partitions could not be migrated; the others of their unit are. The next run tries these alone. Exit code 3. */
export class PartitionsFailedError extends CarryoverError {
  override readonly name = 'PartitionsFailedError';
  constructor(readonly partitions: readonly FailedPartition[]) {
    const count = partitions.length;
    const named = partitions.slice(0, namedPartitions).map(({ partition, message }) => {
      return `${shortened(partition, shownId)} (${shortened(message, shownMessage)})`;
    });
    const more = count > named.length ? `; and ${count - named.length} more` : '';
    super(`${count} ${count === 1 ? 'partition' : 'partitions'} failed: ${named.join('; ')}${more}`);
  }
}

/** An item that could not be carried, by the key that it has in the source. */
export interface QuarantinedKey {
  readonly table: string;
  readonly key: string;
  readonly reason: string;
}

const shownKey = 200;
const shownReason = 200;

/** Items could not be carried, more than the migration allows; they are kept whole, with their reasons. Exit code 3. */
export class ItemsQuarantinedError extends CarryoverError {
  override readonly name = 'ItemsQuarantinedError';
  constructor(
    /** The first of them. */
    readonly items: readonly QuarantinedKey[],
    { count, allowed, place }: { readonly count: number; readonly allowed: number; readonly place: string },
  ) {
    const first = items.map(
      ({ table, key, reason }) => `table "${table}", ${shortened(key, shownKey)}: ${shortened(reason, shownReason)}`,
    );
    const more = count > items.length ? [`… and ${count - items.length} more`] : [];
    const what = `${count} ${count === 1 ? 'item is' : 'items are'} in quarantine, and ${allowed} may be`;
    super([`${what}: ${place} keeps them whole`, ...first, ...more].join('\n'));
  }
}

/** What the state machine retries: see `Retry` in its definition. */
export function isTransient(error: unknown): boolean {
  return (
    error instanceof ThrottledError || error instanceof StoreUnavailableError || error instanceof OutcomeUnknownError
  );
}
