import { randomBytes } from 'node:crypto';
import { OutcomeUnknownError, PredicateFailedError, StoreUnavailableError, ThrottledError } from '../errors.js';
import type { Predicate } from './key-value-store.js';
import { NotSentError, type KeyValueDriver, type StoredEntry } from './key-value-driver.js';
import type { Backoff } from './retry-policy.js';

/**
 * How many write ids an entry keeps. A lost answer is looked up after so many writes of others at the most; beyond, its
 * outcome is unknown.
 */
const writesKept = 16;

/** 22 characters, 128 random bits: nobody draws one twice. */
export function newWriteId(): string {
  return randomBytes(16).toString('base64url');
}

export interface ConditionalWrite {
  /** Stored form. */
  readonly partition: Uint8Array;
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly predicate: Predicate | undefined;
  /** `the entry "state" of partition "carryover" in …`, for errors. */
  readonly what: string;
}

/**
 * Compare-and-set over a driver's single requests. Every try carries the same write id, so that of several that reach the
 * engine one alone can succeed. Once an answer was lost, the entry is read, and its write ids tell:
 *   own id is there                -> it was written
 *   newest id is still the expected -> not written so far: try again
 *   expected id is further down    -> another write replaced it first: PredicateFailedError
 *   anything else                  -> deleted, overwritten or too many writes ago: OutcomeUnknownError. An entry that was
 *     to be created and is absent belongs here too, since someone may have deleted what was written.
 * `read` reads the entry with retries of its own.
 */
export async function writeConditionally(
  driver: KeyValueDriver,
  write: ConditionalWrite,
  read: () => Promise<StoredEntry | undefined>,
  backoff: Backoff,
): Promise<Predicate> {
  const { partition, key, value, predicate } = write;
  const writes = [newWriteId(), ...(predicate?.writes ?? [])].slice(0, writesKept);
  let lost: unknown;
  for (let attempt = 1; ; attempt++) {
    let failure: unknown;
    try {
      if (await driver.writeIf(partition, key, { value, writes }, predicate?.writes[0])) return { writes };
      if (lost === undefined) throw predicateFailed(write);
    } catch (error) {
      failure = error;
      if (mayHaveWritten(error)) lost = error;
      else if (!didNothing(error)) throw error;
    }
    if (lost !== undefined && (await settled(write, writes, read, lost))) return { writes };
    if (!(await backoff.again(attempt))) throw lost === undefined ? failure : outcomeUnknown(write, lost);
  }
}

/** True: written. False: not so far. Throws when it can never be, or when nobody can tell. */
async function settled(
  write: ConditionalWrite,
  writes: readonly string[],
  read: () => Promise<StoredEntry | undefined>,
  lost: unknown,
): Promise<boolean> {
  const now = await read().catch((error: unknown) => {
    throw outcomeUnknown(write, error);
  });
  const expected = write.predicate?.writes[0];
  if (now?.writes.includes(writes[0] ?? '')) return true;
  if (now === undefined || expected === undefined) throw outcomeUnknown(write, lost);
  if (now.writes[0] === expected) return false;
  throw now.writes.includes(expected) ? predicateFailed(write) : outcomeUnknown(write, lost);
}

function mayHaveWritten(error: unknown): boolean {
  return error instanceof StoreUnavailableError && !(error instanceof NotSentError);
}

function didNothing(error: unknown): boolean {
  return error instanceof ThrottledError || error instanceof NotSentError;
}

function predicateFailed(write: ConditionalWrite): PredicateFailedError {
  const change = write.predicate === undefined ? 'is there already' : 'was changed or removed meanwhile';
  return new PredicateFailedError(`${write.what} ${change}; nothing was written`);
}

function outcomeUnknown(write: ConditionalWrite, cause: unknown): OutcomeUnknownError {
  return new OutcomeUnknownError(`${write.what} may or may not have been written: the answer was lost`, { cause });
}
