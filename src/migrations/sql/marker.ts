import { createHash } from 'node:crypto';
import { z } from 'zod';
import { CorruptDataError } from '../../errors.js';

const markerSchema = z.object({
  /** Of the statements: SHA-256, hexadecimal. */
  digest: z.string(),
  /** When they were run, ISO 8601. */
  at: z.string(),
  attempt: z.string(),
  /** Rows that they inserted, changed and deleted. */
  items: z.int().nonnegative(),
});

/** Says, in the store that the statements were run in and as part of their transaction, that they were. */
export type SqlMarker = Readonly<z.infer<typeof markerSchema>>;

const text = new TextEncoder();

/** Where the marker lies. In a store that is not the database itself, markers of several databases may lie side by side. */
export function markerPlace(
  version: number,
  database: string | undefined,
): { readonly partition: Uint8Array; readonly key: Uint8Array } {
  const partition = database === undefined ? 'carryover/sql' : `carryover/sql/${database}`;
  return { partition: text.encode(partition), key: text.encode(String(version).padStart(10, '0')) };
}

export function encodeMarker(marker: SqlMarker): Uint8Array {
  return text.encode(JSON.stringify(marker));
}

/** Throws CorruptDataError for what is no marker. */
export function decodeMarker(value: Uint8Array): SqlMarker {
  try {
    return markerSchema.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(value)));
  } catch (cause) {
    throw new CorruptDataError('the marker of a sql migration cannot be read; restore it from a backup', { cause });
  }
}

/** The same whichever line endings the file has, as its checksum is. */
export function statementsDigest(statements: readonly string[]): string {
  const lines = statements.map((statement) => statement.replaceAll('\r\n', '\n'));
  return createHash('sha256').update(JSON.stringify(lines)).digest('hex');
}
