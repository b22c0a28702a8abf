import { keyToText } from '../../digest/key-json.js';
import { CorruptDataError } from '../../errors.js';
import type { Json } from '../../json.js';
import type { Ledger } from '../../ledger/ledger.js';
import { parseJson } from '../../parse-json.js';
import { shortened } from '../../shortened-text.js';
import { decodeItem, formatItem, parseItem } from '../../stores/dynamodb-json.js';
import type { Item, ItemKey } from '../../stores/item.js';
import {
  entriesPrefix,
  entryName,
  keyHash,
  parseEntry,
  partName,
  prefixOf,
  quarantineScope,
} from './quarantine-entry.js';
import type { QuarantineEntry, QuarantinePlace } from './quarantine-entry.js';

/** An item that could not be carried, whole, and why. */
export interface QuarantinedItem {
  /** The table's name in the target. */
  readonly table: string;
  /** The key that it has in the source, as JSON for people. */
  readonly key: string;
  /** The name of the error. */
  readonly error: string;
  readonly reason: string;
  readonly unit: number;
  readonly item: Item;
}

/** An item with which a unit of a table could not go on. */
export interface RefusedItem {
  readonly table: string;
  readonly unit: number;
  readonly key: ItemKey;
  readonly item: Item;
  readonly error: unknown;
}

/** A document takes 300 KB: an item up to here is a part of it, and can be read in the console. */
const inlineBytes = 200 * 1024;
/** UTF-16 units of a part: at most three bytes each, as JSON in JSON, and six where it begins or ends within a pair. */
const partUnits = 90_000;
const longestReason = 1_000;

/** Keeps an item; once, however often it is called for the same one. Durable when it returns. */
export async function putQuarantined(ledger: Ledger, attempt: string, refused: RefusedItem): Promise<QuarantinePlace> {
  const { table, unit, key, item, error } = refused;
  const scope = quarantineScope(attempt);
  const place = { table, unit, hash: keyHash(key) };
  const text = formatItem(item);
  const inline = Buffer.byteLength(text) <= inlineBytes;
  const parts = inline ? 0 : Math.ceil(text.length / partUnits);
  // Before the entry that counts them.
  for (let number = 1; number <= parts; number += 1)
    await ledger.putDocument(scope, partName(place, number), text.slice((number - 1) * partUnits, number * partUnits));
  const known = error instanceof Error ? error : new Error(String(error));
  const entry: QuarantineEntry = {
    ...place,
    key: keyToText(key),
    error: shortened(known.name, longestReason),
    reason: shortened(known.message, longestReason),
    released: false,
    ...(inline ? { item: parseJson(text) as Json } : { parts }),
  };
  await ledger.putDocument(scope, entryName(place), entry as Json);
  return place;
}

/** The item was carried after all. */
export async function release(ledger: Ledger, attempt: string, place: QuarantinePlace): Promise<void> {
  const name = entryName(place);
  await ledger.changeDocument(quarantineScope(attempt), name, (body) => {
    if (body === undefined) throw new CorruptDataError(`${name} of the quarantine is not in the ledger any more`);
    return { ...parseEntry(body, name), released: true } as Json;
  });
}

/** What is in quarantine: of an attempt, of one of its tables, or of one unit of that. In no order that says anything. */
export async function* entries(
  ledger: Ledger,
  attempt: string,
  of: { readonly table?: string; readonly unit?: number } = {},
): AsyncIterable<QuarantineEntry> {
  const prefix = of.table === undefined ? entriesPrefix : prefixOf(of.table, of.unit);
  for await (const { name, body } of ledger.documents(quarantineScope(attempt), prefix)) {
    const entry = parseEntry(body, name);
    if (!entry.released) yield entry;
  }
}

/** The items that an attempt could not carry. Throws CorruptDataError. */
export async function* quarantined(ledger: Ledger, attempt: string): AsyncIterable<QuarantinedItem> {
  for await (const entry of entries(ledger, attempt)) {
    const { table, key, error, reason, unit } = entry;
    yield { table, key, error, reason, unit, item: await itemOf(ledger, attempt, entry) };
  }
}

/** The item of an entry, whole. Throws CorruptDataError. */
export async function itemOf(ledger: Ledger, attempt: string, entry: QuarantineEntry): Promise<Item> {
  if (entry.item !== undefined) return decodeItem(entry.item).item;
  let text = '';
  for (let number = 1; number <= (entry.parts ?? 0); number += 1) {
    const part = await ledger.document(quarantineScope(attempt), partName(entry, number));
    if (typeof part !== 'string')
      throw new CorruptDataError(`part ${number} of item ${entry.key} in quarantine is not in the ledger`);
    text += part;
  }
  return parseItem(text).item;
}
