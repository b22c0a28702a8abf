import { createHash } from 'node:crypto';
import { z } from 'zod';
import { CorruptDataError } from '../../errors.js';
import type { DriverPage, PageStart, StoredEntry } from '../../kv/key-value-driver.js';
import { joinPath, ownFolder } from './layout.js';

/** Entries lie in `carryover/kv/<partition>/<key>`, at the place's root. */
export const entriesFolder = joinPath(ownFolder, 'kv');

/** Longer names would not fit into a segment of a path (255 bytes); of those the hash is taken. */
const plainBytes = 100;
/** How many entries a page of a scan has. */
export const entriesOfPage = 100;

const headerSchema = z.object({ key: z.string(), writes: z.array(z.string()).min(1) });

/** The name of a partition or key: `k` and its bytes in hexadecimal, or `h` and the SHA-256 of them when it is long. */
export function entryName(bytes: Uint8Array): string {
  if (bytes.byteLength <= plainBytes) return `k${Buffer.from(bytes).toString('hex')}`;
  return `h${createHash('sha256').update(bytes).digest('hex')}`;
}

/** An entry's file: a line of JSON with its key and write ids, then the value as it is. */
export function encodeEntry(key: Uint8Array, entry: StoredEntry): Buffer {
  const header = { key: Buffer.from(key).toString('base64'), writes: entry.writes };
  return Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), entry.value]);
}

export function decodeEntry(body: Buffer, where: string): StoredEntry & { readonly key: Uint8Array } {
  const end = body.indexOf('\n');
  try {
    const header = headerSchema.parse(JSON.parse(body.subarray(0, Math.max(end, 0)).toString('utf8')));
    const value = Uint8Array.from(body.subarray(end + 1));
    return { key: Uint8Array.from(Buffer.from(header.key, 'base64')), writes: header.writes, value };
  } catch (error) {
    throw new CorruptDataError(`${where} is no entry of the key-value store`, { cause: error });
  }
}

/** Reads an entry by its name; undefined when it is gone. */
export type EntryReader = (name: string) => Promise<(StoredEntry & { readonly key: Uint8Array }) | undefined>;

/**
 * A page of a partition whose names are known. Names do not sort as keys do, so all keys are put in order for each page:
 * a key-value store in an archive holds little. Entries that were removed since they were listed are left out.
 */
export async function pageOf(
  names: readonly string[],
  start: PageStart,
  pageEntries: number,
  read: EntryReader,
): Promise<DriverPage> {
  const keyed: { name: string; key: Buffer }[] = [];
  for (const name of names) {
    const key = name.startsWith('k') ? Buffer.from(name.slice(1), 'hex') : (await read(name))?.key;
    if (key !== undefined) keyed.push({ name, key: Buffer.from(key) });
  }
  const from = keyed
    .filter(({ key }) => Buffer.compare(key, start.key) >= (start.inclusive ? 0 : 1))
    .sort((a, b) => Buffer.compare(a.key, b.key));
  const here = from.slice(0, pageEntries);
  const found = await Promise.all(here.map(({ name }) => read(name)));
  const entries = found.flatMap((entry) => (entry === undefined ? [] : [{ key: entry.key, value: entry.value }]));
  const last = here.at(-1);
  return from.length > here.length && last !== undefined ? { entries, next: last.key } : { entries };
}
