import { z } from 'zod';
import { CorruptDataError } from '../errors.js';
import type { KeyValueStore } from '../kv/key-value-store.js';

const schema = z.strictObject({
  name: z.string(),
  /** Whether this attempt made the table. Listed before it is made, so that a killed Setup knows its own. */
  created: z.boolean(),
  /** The physical identity of the table that was made, once that is known. */
  identity: z.string().optional(),
  /** The physical identity of the table that it replaces. */
  replacing: z.string().optional(),
  /** The ledger that the units are planned in that write into the table. */
  ledger: z.string().optional(),
  /** The write ids of the entries that it writes into a table that was there before. */
  writeIds: z.array(z.string()).optional(),
});

/** A table of the target as an attempt knows it. Lies in the target's key-value store, so that a restore takes it back too. */
export interface AttemptTable {
  readonly name: string;
  readonly created: boolean;
  readonly identity?: string | undefined;
  readonly replacing?: string | undefined;
  readonly ledger?: string | undefined;
  readonly writeIds?: readonly string[] | undefined;
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const partitionOf = (attempt: string): Uint8Array => bytes(`attempt/${attempt}/tables`);

/** Lists a table in an attempt, or changes what is listed. */
export async function putAttemptTable(kv: KeyValueStore, attempt: string, table: AttemptTable): Promise<void> {
  await kv.set(partitionOf(attempt), bytes(table.name), bytes(JSON.stringify(table)));
}

export async function attemptTable(
  kv: KeyValueStore,
  attempt: string,
  name: string,
): Promise<AttemptTable | undefined> {
  const entry = await kv.get(partitionOf(attempt), bytes(name));
  return entry && parse(attempt, name, entry.value);
}

/** All tables that an attempt lists, in the byte order of their names. */
export async function* attemptTables(kv: KeyValueStore, attempt: string): AsyncGenerator<AttemptTable> {
  for await (const { key, value } of kv.scan(partitionOf(attempt))) {
    yield parse(attempt, new TextDecoder().decode(key), value);
  }
}

/** Removes a table from an attempt's list; the table stays. */
export async function forgetAttemptTable(kv: KeyValueStore, attempt: string, name: string): Promise<void> {
  await kv.delete(partitionOf(attempt), bytes(name));
}

/** Removes an attempt's list; the tables stay. False: `ending` said that the time is over, after one entry at least. */
export async function forgetAttempt(
  kv: KeyValueStore,
  attempt: string,
  ending: () => boolean = () => false,
): Promise<boolean> {
  for await (const { key } of kv.scan(partitionOf(attempt))) {
    await kv.delete(partitionOf(attempt), key);
    if (ending()) return false;
  }
  return true;
}

function parse(attempt: string, name: string, value: Uint8Array): AttemptTable {
  try {
    return schema.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(value)));
  } catch (error) {
    throw new CorruptDataError(`table "${name}" in the list of attempt ${attempt} cannot be read`, { cause: error });
  }
}
