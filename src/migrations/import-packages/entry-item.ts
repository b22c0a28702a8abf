import { createHash } from 'node:crypto';
import { ItemRefusedError } from '../../errors.js';
import { assertBytes, entryLimitBytes, keyLimitBytes, readableBytes, toStoredForm } from '../../kv/stored-form.js';
import type { Item } from '../../stores/item.js';
import type { PackageEntry } from './packages.js';

/** As long as the ids that key-value stores give to their own writes: 22 characters of base64url. */
const writeIdLength = 22;

/**
 * The write id of all entries that an attempt makes of a package. It tells whose an entry is, as long as nobody writes it
 * anew, and is the same whenever the same entry is written again.
 */
export function writeIdOf(attempt: string, packageName: string): string {
  return createHash('sha256').update(`${attempt}\n${packageName}`).digest('base64url').slice(0, writeIdLength);
}

/**
 * An entry as an item of the table that holds a key-value store, as its drivers write it. Throws ItemRefusedError for
 * what is no entry: no bytes, or beyond the limits of `KeyValueStore`.
 */
export function entryItem(given: PackageEntry, writeId: string): Item {
  assertEntry(given);
  const { partition, key, value } = given;
  const entry = `the entry ${readableBytes(key)} of partition ${readableBytes(partition)}`;
  if (partition.length > keyLimitBytes || key.length > keyLimitBytes)
    throw new ItemRefusedError(`${entry}: partition and key may have at most ${keyLimitBytes} bytes each`);
  const sizeBytes = partition.length + key.length + value.length;
  if (sizeBytes > entryLimitBytes)
    throw new ItemRefusedError(`${entry} has ${sizeBytes} bytes; all together may have at most ${entryLimitBytes}`);
  return {
    partition: { B: toStoredForm(partition) },
    key: { B: toStoredForm(key) },
    // A copy: who makes entries may use its buffer again.
    value: { B: new Uint8Array(value) },
    writes: { L: [{ S: writeId }] },
  };
}

/** Whoever wrote the package's code may have no types. */
function assertEntry(given: unknown): asserts given is PackageEntry {
  const entry: Readonly<Record<string, unknown>> = typeof given === 'object' && given !== null ? { ...given } : {};
  try {
    for (const name of ['partition', 'key', 'value']) assertBytes(name, entry[name]);
  } catch (error) {
    throw new ItemRefusedError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

/** The newest write id of an entry's item; undefined for an item that is no entry. */
export function writeIdIn(item: Item): string | undefined {
  const { writes } = item;
  const [newest] = writes !== undefined && 'L' in writes ? writes.L : [];
  return newest !== undefined && 'S' in newest ? newest.S : undefined;
}
