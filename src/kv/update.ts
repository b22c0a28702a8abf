import { PredicateFailedError } from '../errors.js';
import type { Entry, KeyValueStore } from './key-value-store.js';
import { Backoff, type RetryOptions } from './retry-policy.js';

/** Enough for two hundred writers that start at one moment; each round at least one of them succeeds. */
const contention = { attempts: 30, baseMs: 20, capMs: 1_000 };

/**
 * The new value, which may be the given one changed in its place; undefined, or the given one unchanged, to leave the
 * entry as it is. It may throw, and may be called several times.
 */
export type Change = (value: Uint8Array | undefined) => Uint8Array | undefined | Promise<Uint8Array | undefined>;

/**
 * Reads an entry, changes it and writes it back if nobody else did meanwhile; else does so again, with growing random
 * waits, a bounded number of times. Returns the entry as it is then. The change is applied exactly once.
 * Throws PredicateFailedError when others were faster each time, and OutcomeUnknownError, without another try, when it
 * cannot be told whether the change was applied.
 */
export async function update(
  store: KeyValueStore,
  partition: Uint8Array,
  key: Uint8Array,
  change: Change,
  options: RetryOptions = {},
): Promise<Entry | undefined> {
  const backoff = new Backoff(contention, options);
  for (let attempt = 1; ; attempt++) {
    const entry = await store.get(partition, key);
    const given = entry && new Uint8Array(entry.value);
    const value = await change(given);
    if (value === undefined) return entry;
    if (entry !== undefined && value === given && Buffer.compare(value, entry.value) === 0) return entry;
    try {
      return { value, predicate: await store.setIf(partition, key, value, entry?.predicate) };
    } catch (error) {
      if (!(error instanceof PredicateFailedError) || !(await backoff.again(attempt))) throw error;
    }
  }
}
