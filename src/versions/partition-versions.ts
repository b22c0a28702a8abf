import { z } from 'zod';
import { CorruptDataError, InputError } from '../errors.js';
import { inputFaults } from '../input-faults.js';
import type { KeyValueStore } from '../kv/key-value-store.js';
import type { RetryOptions } from '../kv/retry-policy.js';
import { keyLimitBytes } from '../kv/stored-form.js';
import { update } from '../kv/update.js';
import { systemClock } from '../system-clock.js';
import { assertAtHome } from './home-records.js';
import { readState } from './state-entry.js';

/** Texts come from errors of any length, and an entry holds 400 KB at most. */
const longestText = 4_000;
const shortened = z.string().transform((text) => (text.length > longestText ? `${text.slice(0, longestText)}…` : text));

const partitionSchema = z.strictObject({
  dataVersion: z.int().nonnegative(),
  /** When `dataVersion` became what it is. */
  changedAt: z.iso.datetime(),
  /** Left behind by hand: no run waits for it or fails because of it. */
  parked: z.strictObject({ why: shortened, who: z.string(), at: z.iso.datetime() }).optional(),
  /** The migration that failed last on this partition. */
  failure: z
    .strictObject({ version: z.int().nonnegative(), name: z.string(), message: shortened, at: z.iso.datetime() })
    .optional(),
});

/** What is known of one partition: its own data version, and why that is not the newest. */
export type PartitionEntry = Readonly<z.infer<typeof partitionSchema>>;

export interface ListedPartition {
  readonly id: string;
  readonly entry: PartitionEntry;
}

/** The new entry; undefined, or the very one that was given, to write nothing. May throw to refuse, and may be called several times. */
export type PartitionChange = (
  entry: PartitionEntry | undefined,
) => PartitionEntry | undefined | Promise<PartitionEntry | undefined>;

/** Where the entries lie. */
export const partitionsPlace: Uint8Array = new TextEncoder().encode('carryover/partitions');

/** The entry of a partition; undefined when it has none. Throws InputError for an id that cannot be, CorruptDataError. */
export async function partitionEntry(kv: KeyValueStore, id: string): Promise<PartitionEntry | undefined> {
  const entry = await kv.get(partitionsPlace, keyOf(id));
  return entry && parseEntry(id, entry.value);
}

/** The partitions that have entries, in the byte order of their ids, from the id `from` (inclusive) on. Throws CorruptDataError. */
export async function* partitionEntries(kv: KeyValueStore, from?: string): AsyncGenerator<ListedPartition> {
  for await (const { key, value } of kv.scan(partitionsPlace, from === undefined ? undefined : keyOf(from))) {
    const id = idOf(key);
    yield { id, entry: parseEntry(id, value) };
  }
}

/**
 * Changes the entry of a partition in one compare-and-set, again with what others wrote when they were faster. Returns the
 * entry as it is then. Texts above 4,000 characters are cut. Throws InputError for an id or an entry that cannot be,
 * CorruptDataError, and what `update` throws.
 */
export async function changePartition(
  kv: KeyValueStore,
  id: string,
  change: PartitionChange,
  options: RetryOptions = {},
): Promise<PartitionEntry | undefined> {
  const written = await update(
    kv,
    partitionsPlace,
    keyOf(id),
    async (value) => {
      const entry = value && parseEntry(id, value);
      const next = await change(entry);
      return next === undefined || next === entry ? undefined : toBytes(id, next);
    },
    options,
  );
  return written && parseEntry(id, written.value);
}

/**
 * Gives a new partition its data version, that of the code that makes it: call it before the partition's first item is
 * written. One that has an entry keeps it as it is. Returns the entry. Throws InputError for an id or a version that
 * cannot be, DatabaseMovedError for an old home, CorruptDataError, and what `update` throws.
 */
export async function registerPartition(
  kv: KeyValueStore,
  id: string,
  version: number,
  options: RetryOptions = {},
): Promise<PartitionEntry> {
  const changedAt = new Date((options.clock ?? systemClock).now()).toISOString();
  const born: PartitionEntry = { dataVersion: version, changedAt };
  assertAtHome(await readState(kv));
  let isNew = false;
  const change = (entry: PartitionEntry | undefined): PartitionEntry => {
    isNew = entry === undefined;
    return entry ?? born;
  };
  const entry = (await changePartition(kv, id, change, options)) ?? born;
  // What is written before the home moves is taken along; what comes later stays behind, and is to be told.
  if (isNew) assertAtHome(await readState(kv));
  return entry;
}

/**
 * The data version of a partition: its own, or without an entry the version at which the database came under Carryover's
 * care. Throws InputError for an id that cannot be, DatabaseMovedError for an old home, CorruptDataError.
 */
export async function partitionVersion(kv: KeyValueStore, id: string): Promise<number> {
  const entry = await partitionEntry(kv, id);
  const state = await readState(kv);
  assertAtHome(state);
  return entry?.dataVersion ?? state?.baseline ?? 0;
}

/** Throws InputError for an id that could not be told from another one, or not be stored. */
export function assertPartitionId(id: unknown): asserts id is string {
  const fault = idFault(id);
  if (fault !== undefined) throw new InputError([{ field: 'partition', message: fault }]);
}

function idFault(id: unknown): string | undefined {
  const rule = `an id is text of 1 to ${keyLimitBytes} bytes in UTF-8`;
  if (typeof id !== 'string') return `${rule}; this one is ${id === null ? 'null' : typeof id}`;
  if (!id.isWellFormed())
    return `${rule}; ${JSON.stringify(id.slice(0, 60))} has half a surrogate pair, which has no UTF-8`;
  const sizeBytes = Buffer.byteLength(id);
  if (sizeBytes >= 1 && sizeBytes <= keyLimitBytes) return undefined;
  return sizeBytes === 0
    ? `${rule}; this one is empty`
    : `${rule}; ${JSON.stringify(`${id.slice(0, 60)}…`)} has ${sizeBytes}`;
}

function keyOf(id: string): Uint8Array {
  assertPartitionId(id);
  return new TextEncoder().encode(id);
}

function idOf(key: Uint8Array): string {
  try {
    // Without ignoreBOM a byte order mark at the beginning would be no part of the id.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(key);
  } catch (error) {
    throw new CorruptDataError(`the partition ${Buffer.from(key).toString('hex')} has an id that is no UTF-8`, {
      cause: error,
    });
  }
}

function toBytes(id: string, entry: PartitionEntry): Uint8Array {
  const { data, error } = partitionSchema.safeParse(entry);
  if (error === undefined) return new TextEncoder().encode(JSON.stringify(data));
  throw new InputError(inputFaults(error, `partition ${JSON.stringify(id)}`));
}

function parseEntry(id: string, value: Uint8Array): PartitionEntry {
  try {
    return partitionSchema.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(value)));
  } catch (error) {
    throw new CorruptDataError(`the entry of partition ${JSON.stringify(id)} cannot be read`, { cause: error });
  }
}
