import { z } from 'zod';
import { CorruptDataError, InputError, LateWriterError } from '../errors.js';
import { inputFaults } from '../input-faults.js';
import type { KeyValueStore } from '../kv/key-value-store.js';
import type { RetryOptions } from '../kv/retry-policy.js';
import { update } from '../kv/update.js';

/** The most that a key of ten digits can say. */
const largestVersion = 9_999_999_999;

const proofSchema = z.strictObject({
  /** What was compared, and where it was found: package `refs`, store `archive`. */
  what: z.string(),
  store: z.string(),
  items: z.int().nonnegative(),
  /** See `ValidatedTable.digest`. */
  digest: z.string(),
});

/** Validation found that a store holds all that it must, and nothing else. */
export type Proof = Readonly<z.infer<typeof proofSchema>>;

const historySchema = z.strictObject({
  version: z.int().nonnegative().max(largestVersion),
  /** What follows the number in the name of the migration's file: `split_name`. */
  name: z.string(),
  kind: z.string(),
  /** `baseline`: adopted by hand; `stamped`: a new database that got the newest version and ran nothing. */
  how: z.enum(['applied', 'baseline', 'stamped']),
  /** Of the migration's file; absent for what ran no file. */
  checksum: z.string().optional(),
  startedAt: z.iso.datetime(),
  completedAt: z.iso.datetime(),
  durationSeconds: z.number().nonnegative(),
  /** How many items the migration dealt with. */
  items: z.int().nonnegative(),
  /** What validation found, where the migration keeps that. */
  proven: z.array(proofSchema).optional(),
  /** The person or role that started the run. */
  who: z.string(),
  run: z.string(),
  /** The fencing token of the run. */
  token: z.int().nonnegative(),
});

/** How a database came to a version: one entry a version, beside the state entry. */
export type HistoryEntry = Readonly<z.infer<typeof historySchema>>;

/** Where the entries lie. */
export const historyPlace: Uint8Array = new TextEncoder().encode('carryover/history');
const keyOf = (version: number): Uint8Array => new TextEncoder().encode(String(version).padStart(10, '0'));

/**
 * Writes the entry of its version, in the place of one that the same or an earlier owner of the database wrote. It comes before the
 * state entry's version, so what is said of versions above that one is not true yet: see `appliedHistory`. May be repeated.
 * Throws LateWriterError when a later owner wrote it since, InputError for what could not be read back, and what `update`
 * throws.
 */
export async function putHistory(kv: KeyValueStore, entry: HistoryEntry, options: RetryOptions = {}): Promise<void> {
  const { data, error } = historySchema.safeParse(entry);
  if (error !== undefined) throw new InputError(inputFaults(error, 'history entry'));
  const value = new TextEncoder().encode(JSON.stringify(data));
  await update(
    kv,
    historyPlace,
    keyOf(data.version),
    (before) => {
      const stored = before && parseEntry(keyOf(data.version), before);
      if (stored !== undefined && stored.token > data.token) throw overtaken(data, stored);
      return value;
    },
    options,
  );
}

/** The entry of a version, applied or not yet. Throws CorruptDataError when it cannot be read. */
export async function historyEntry(kv: KeyValueStore, version: number): Promise<HistoryEntry | undefined> {
  const entry = await kv.get(historyPlace, keyOf(version));
  return entry && parseEntry(keyOf(version), entry.value);
}

/** All entries in the order of their versions. Throws CorruptDataError for one that cannot be read. */
export async function* history(kv: KeyValueStore): AsyncGenerator<HistoryEntry> {
  for await (const { key, value } of kv.scan(historyPlace)) yield parseEntry(key, value);
}

/** The entries up to the version that the state entry has; later ones were written by a run that did not come to its end. */
export async function* appliedHistory(kv: KeyValueStore, version: number): AsyncGenerator<HistoryEntry> {
  for await (const entry of history(kv)) {
    if (entry.version > version) return;
    yield entry;
  }
}

function overtaken(entry: HistoryEntry, stored: HistoryEntry): LateWriterError {
  return new LateWriterError(
    `the history of version ${entry.version} was written by run ${stored.run} (token ${stored.token}) since; ` +
      `run ${entry.run} (token ${entry.token}) no longer owns the database`,
  );
}

function parseEntry(key: Uint8Array, value: Uint8Array): HistoryEntry {
  const named = new TextDecoder().decode(key);
  try {
    const entry = historySchema.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(value)));
    if (Buffer.compare(key, keyOf(entry.version)) === 0) return entry;
  } catch (error) {
    throw new CorruptDataError(`the history of version "${named}" cannot be read`, { cause: error });
  }
  throw new CorruptDataError(`the history of version "${named}" holds the entry of another version`);
}
