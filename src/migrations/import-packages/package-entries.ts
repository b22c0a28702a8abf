import { ItemRefusedError, isTransient, LeaseLostError, PackageFailedError } from '../../errors.js';
import { keyToText } from '../../digest/key-json.js';
import { keyOf, type Item, type ItemKey } from '../../stores/item.js';
import { describeIfThere } from '../copy/describe-if-there.js';
import { entryItem } from './entry-item.js';
import type { Leg, Parcel } from './leg.js';
import type { PackageContext, PackageEntry } from './packages.js';

/** Rows of one table of a package. */
export interface Rows {
  readonly table: string;
  readonly items: readonly Item[];
}

/** How many entries are handed on at a time, however many a chunk of rows becomes. */
const batchEntries = 500;

/**
 * What rows of a package become, as items of the table that holds the key-value store, in batches. Rows that are entries
 * already stay what they are. Throws PackageFailedError, which names package, table and first row, for what the
 * package's code throws or gives that is no entry; what may go well another time is thrown as it is.
 */
export async function* entryItems(
  { leg, parcel, attempt }: { readonly leg: Leg; readonly parcel: Parcel; readonly attempt: string },
  rows: Rows,
): AsyncIterable<readonly Item[]> {
  if (parcel.migrate === undefined) {
    yield rows.items;
    return;
  }
  if (rows.items.length === 0) return;
  const writeId = parcel.writeId(attempt);
  let batch: Item[] = [];
  for await (const entry of entriesOf(leg, parcel, rows)) {
    batch.push(await refusedAs(leg, parcel, rows, () => entryItem(entry, writeId)));
    if (batch.length < batchEntries) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

async function* entriesOf(leg: Leg, parcel: Parcel, rows: Rows): AsyncIterable<PackageEntry> {
  try {
    const entries: unknown = parcel.migrate?.(rows.items, packageContext(leg, parcel, rows.table));
    if (!isIterable(entries))
      throw new TypeError(`migrate gave ${typeof entries}: it must give entries, one after the other`);
    yield* entries;
  } catch (error) {
    if (isTransient(error) || error instanceof LeaseLostError) throw error;
    throw await failed(leg, parcel, rows, error);
  }
}

/** Whoever wrote the package's code may have no types, and a generator that is not returned gives nothing. */
function isIterable(given: unknown): given is Iterable<PackageEntry> | AsyncIterable<PackageEntry> {
  return typeof given === 'object' && given !== null && (Symbol.iterator in given || Symbol.asyncIterator in given);
}

function packageContext({ source, version }: Leg, { package: name, tables }: Parcel, table: string): PackageContext {
  return {
    package: name,
    table,
    version,
    async get(other: string, keys: readonly ItemKey[]) {
      if (!tables.includes(other)) throw new TypeError(`table "${other}" is not one of package "${name}"`);
      if (source.get === undefined) throw new TypeError(`${source.location} cannot look rows up by their keys`);
      return (await source.get(other, keys)).items;
    },
  };
}

async function refusedAs(leg: Leg, parcel: Parcel, rows: Rows, make: () => Item): Promise<Item> {
  try {
    return make();
  } catch (error) {
    if (error instanceof ItemRefusedError) throw await failed(leg, parcel, rows, error);
    throw error;
  }
}

async function failed(leg: Leg, parcel: Parcel, rows: Rows, cause: unknown): Promise<PackageFailedError> {
  const why = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
  const where = `${rows.items.length} rows of table "${rows.table}"${await firstRow(leg, rows)}`;
  return new PackageFailedError(`package "${parcel.package}" cannot migrate ${where}: ${why}`, { cause });
}

/** The key of the first row, for people. */
async function firstRow({ source }: Leg, { table, items: [first] }: Rows): Promise<string> {
  // The error that is told is the package's, whatever becomes of this question.
  const description = await describeIfThere(source, table).catch(() => undefined);
  if (first === undefined || description === undefined) return '';
  return ` from ${keyToText(keyOf(first, description.key))} on`;
}
