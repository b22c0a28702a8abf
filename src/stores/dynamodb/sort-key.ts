import { CorruptDataError } from '../../errors.js';
import type { AttributeValue } from '../item.js';
import type { KeyColumn } from '../store.js';
import { decodeNumber, encodeNumber } from './ordered-number.js';

/**
 * The columns of a primary key beyond the first as one binary sort key. DynamoDB compares binaries byte by byte,
 * unsigned, so that items sort as their columns do, one after the other. Each column's bytes end by themselves:
 *
 *     S  UTF-8, with 00 written as 00 FF, and 00 00 at the end
 *     B  the bytes, with 00 written as 00 FF, and 00 00 at the end
 *     N  see ordered-number.ts
 *
 * Escaping 00 and ending with 00 00 keeps the order because 00 00 sorts before 00 FF and before every other byte; it is
 * the way of FoundationDB's tuple layer (https://github.com/apple/foundationdb/blob/main/design/tuple.md).
 */
export function encodeSortKey(
  columns: readonly KeyColumn[],
  values: readonly AttributeValue[],
): Uint8Array | undefined {
  const bytes: number[] = [];
  for (const [at, column] of columns.entries()) {
    const encoded = encodeColumn(column.type, values[at]);
    if (encoded === undefined) return undefined;
    for (const byte of encoded) bytes.push(byte);
  }
  return Uint8Array.from(bytes);
}

/** The columns' values again, numbers in their shortest form. Throws CorruptDataError for what `encodeSortKey` does not write. */
export function decodeSortKey(columns: readonly KeyColumn[], bytes: Uint8Array): AttributeValue[] {
  let start = 0;
  const values = columns.map((column) => {
    const decoded = decodeColumn(column.type, bytes, start);
    if (decoded === undefined) throw notASortKey(columns);
    start = decoded.end;
    return decoded.value;
  });
  if (start !== bytes.length) throw notASortKey(columns);
  return values;
}

function encodeColumn(type: KeyColumn['type'], value: AttributeValue | undefined): Iterable<number> | undefined {
  if (value === undefined) return undefined;
  if (type === 'S') return 'S' in value ? escaped(Buffer.from(value.S, 'utf8')) : undefined;
  if (type === 'B') return 'B' in value ? escaped(value.B) : undefined;
  return 'N' in value ? encodeNumber(value.N) : undefined;
}

function decodeColumn(type: KeyColumn['type'], bytes: Uint8Array, start: number): Decoded | undefined {
  if (type === 'N') {
    const number = decodeNumber(bytes, start);
    return number === undefined ? undefined : { value: { N: number.text }, end: number.end };
  }
  const raw = unescaped(bytes, start);
  if (raw === undefined) return undefined;
  const value = type === 'B' ? { B: raw.bytes } : { S: Buffer.from(raw.bytes).toString('utf8') };
  return { value, end: raw.end };
}

interface Decoded {
  readonly value: AttributeValue;
  readonly end: number;
}

function escaped(bytes: Uint8Array): number[] {
  const out: number[] = [];
  for (const byte of bytes) {
    out.push(byte);
    if (byte === 0) out.push(0xff);
  }
  out.push(0, 0);
  return out;
}

function unescaped(bytes: Uint8Array, start: number): { bytes: Uint8Array; end: number } | undefined {
  const out: number[] = [];
  for (let at = start; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte !== 0) {
      out.push(byte);
      continue;
    }
    at += 1;
    if (bytes[at] === 0) return { bytes: Uint8Array.from(out), end: at + 1 };
    if (bytes[at] !== 0xff) return undefined;
    out.push(0);
  }
  return undefined;
}

function notASortKey(columns: readonly KeyColumn[]): CorruptDataError {
  const names = columns.map((column) => `"${column.name}"`).join(', ');
  return new CorruptDataError(`a sort key does not hold the columns ${names}: it was not written by Carryover`);
}
