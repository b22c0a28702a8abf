import { createHash } from 'node:crypto';
import { z } from 'zod';
import { keyToText } from '../../digest/key-json.js';
import { CorruptDataError } from '../../errors.js';
import type { Json } from '../../json.js';
import type { ItemKey } from '../../stores/item.js';

/** The scope of an attempt's quarantine in the ledger. */
export function quarantineScope(attempt: string): string {
  return `${attempt}/quarantine`;
}

/** Where an entry is: a source item belongs to one unit, so that what a unit keeps can be found by itself. */
export interface QuarantinePlace {
  /** The table's name in the target. */
  readonly table: string;
  readonly unit: number;
  /** Of the key that the item has in the source: see `keyHash`. */
  readonly hash: string;
}

/** Keys may have 2 KB, and any characters. */
export function keyHash(key: ItemKey): string {
  return createHash('sha256').update(keyToText(key)).digest('hex').slice(0, 32);
}

/** The documents of a table, or of one of its units, begin with this; a table's name may hold anything. */
export function prefixOf(table: string, unit?: number): string {
  const ofTable = `${entriesPrefix}${table.length}/${table}/`;
  return unit === undefined ? ofTable : `${ofTable}${unit}/`;
}

export const entriesPrefix = 'item/';

export function entryName({ table, unit, hash }: QuarantinePlace): string {
  return prefixOf(table, unit) + hash;
}

/** The text of a large item goes on in documents of its own, which are numbered from 1. */
export function partName({ table, unit, hash }: QuarantinePlace, number: number): string {
  return `part/${table.length}/${table}/${unit}/${hash}/${number}`;
}

const schema = z.object({
  table: z.string(),
  unit: z.int(),
  hash: z.string(),
  /** The key that it has in the source, as people read it. */
  key: z.string(),
  error: z.string(),
  reason: z.string(),
  /** It was carried since. */
  released: z.boolean(),
  /** DynamoDB JSON; absent where it is in parts. Passed on as it is: names of attributes may be anything. */
  item: z.custom<Json>().optional(),
  parts: z.int().optional(),
});

/** An item in quarantine as its document in the ledger has it. */
export type QuarantineEntry = z.infer<typeof schema>;

/** Throws CorruptDataError. */
export function parseEntry(body: Json, name: string): QuarantineEntry {
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw new CorruptDataError(`${name} of the quarantine in the ledger does not parse`);
  return parsed.data;
}
