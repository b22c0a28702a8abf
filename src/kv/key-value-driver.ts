import { StoreUnavailableError } from '../errors.js';

/**
 * What one engine has to do to hold a key-value store; everything else (checks, retries, lost answers, closing) is built
 * once above it, in checked-store.ts. Partition and key come in their stored form: 1 to 1,024 bytes, see stored-form.ts.
 *
 * Each call sends one request, which has a timeout, and never repeats it by itself. It throws
 * - ThrottledError or NotSentError when nothing was done and trying again later may help;
 * - StoreUnavailableError when no answer came: a write may have been done, or may be done yet;
 * - anything else when the engine refused for good.
 * A table that is missing reads as empty and is made by the first write that needs it.
 */
export interface KeyValueDriver {
  /** The store for people, in errors: without secrets. */
  readonly location: string;
  /** What the driver adds to each partition: the limits of a partition and of an entry are less by so much. Default 0. */
  readonly reservedBytes?: number;
  /** Strongly consistent. */
  read(partition: Uint8Array, key: Uint8Array): Promise<StoredEntry | undefined>;
  write(partition: Uint8Array, key: Uint8Array, entry: StoredEntry): Promise<void>;
  /**
   * Writes if the newest write id of the entry is `expected`; undefined: if there is no entry. One atomic step in the
   * engine. False: the condition did not hold and nothing was written.
   */
  writeIf(partition: Uint8Array, key: Uint8Array, entry: StoredEntry, expected: string | undefined): Promise<boolean>;
  remove(partition: Uint8Array, key: Uint8Array): Promise<void>;
  /** Some entries from `start` on, in byte order of the key. `next` is absent only when the engine said that it has no more. */
  page(partition: Uint8Array, start: PageStart): Promise<DriverPage>;
  close(): Promise<void>;
}

export interface StoredEntry {
  readonly value: Uint8Array;
  /** The ids of the writes that made the entry what it is, newest first; never empty. */
  readonly writes: readonly string[];
}

export interface PageStart {
  readonly key: Uint8Array;
  readonly inclusive: boolean;
}

export interface DriverPage {
  readonly entries: readonly { readonly key: Uint8Array; readonly value: Uint8Array }[];
  /** The last key that was looked at: the next page starts after it. */
  readonly next?: Uint8Array;
}

/** The request never left: the address did not resolve, or nobody listened. So nothing was written. */
export class NotSentError extends StoreUnavailableError {}

/**
 * Codes of system errors with which a request cannot have been sent. Not EHOSTUNREACH and its like: a connection that was
 * made can end with them too, after the request went out.
 */
const unsentCodes: ReadonlySet<unknown> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN']);

/** The error of a request that got no answer: NotSentError where that is sure, else StoreUnavailableError. */
export function noAnswer(location: string, cause: unknown): StoreUnavailableError {
  const code: unknown = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  const reason = cause instanceof Error ? cause.message || String(code) : String(cause);
  const message = `${location} did not answer: ${reason}`;
  return unsentCodes.has(code) ? new NotSentError(message, { cause }) : new StoreUnavailableError(message, { cause });
}
