import { z } from 'zod';
import { CorruptDataError } from '../../errors.js';
import type { KeyValueStore } from '../../kv/key-value-store.js';

/** The only format that this release writes, and reads. */
const format = 1;

const schema = z.object({
  format: z.literal(format),
  package: z.string(),
  /** The table of the export that holds its entries. */
  table: z.string(),
  /** The version that the migration of these packages leads to. */
  sourceVersion: z.int(),
  /** Where the package's tables are, without what is secret. */
  source: z.string(),
  /** ISO 8601. */
  exportedAt: z.string(),
  /** The write id of all its entries. */
  writeId: z.string(),
  /** What was exported, once it is proven equal to what the package gives: see ValidatedTable. */
  sealed: z.object({ entries: z.int(), digest: z.string() }).optional(),
});

/** What an export says of a package: one entry in the export's own key-value store. */
export type PackageHeader = Readonly<z.infer<typeof schema>>;

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const partition = bytes('carryover/packages');

export type NewPackageHeader = Omit<PackageHeader, 'format'>;

export async function putHeader(kv: KeyValueStore, header: NewPackageHeader): Promise<void> {
  await kv.set(partition, bytes(header.package), bytes(JSON.stringify({ format, ...header })));
}

/** The header of a package; undefined where the store has no export of it. Throws CorruptDataError: see `headers`. */
export async function headerOf(kv: KeyValueStore, name: string): Promise<PackageHeader | undefined> {
  const entry = await kv.get(partition, bytes(name));
  return entry && parse(name, entry.value);
}

/** The headers of all packages, by name. Throws CorruptDataError for one of a format that this release does not know. */
export async function* headers(kv: KeyValueStore): AsyncGenerator<PackageHeader> {
  for await (const { key, value } of kv.scan(partition)) yield parse(new TextDecoder().decode(key), value);
}

export async function removeHeader(kv: KeyValueStore, name: string): Promise<void> {
  await kv.delete(partition, bytes(name));
}

function parse(name: string, value: Uint8Array): PackageHeader {
  const json = jsonOf(name, value);
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const found = typeof json === 'object' && json !== null && 'format' in json ? json.format : undefined;
  const reason =
    found === format
      ? z.prettifyError(parsed.error)
      : `it has the format ${JSON.stringify(found)}, and this release reads ${format}`;
  throw new CorruptDataError(`the header of package "${name}" cannot be read: ${reason}`);
}

function jsonOf(name: string, value: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(value));
  } catch (cause) {
    throw new CorruptDataError(`the header of package "${name}" is not JSON`, { cause });
  }
}
