import { timestampFromMs, type Timestamp } from '@bufbuild/protobuf/wkt';
import type { AttributeValue, Item } from 'carryover';

/** How PostgreSQL's values come in a row: docs/stores/postgres.md has the table. Where there is NULL, there is no attribute. */
type Type = 'S' | 'N' | 'B' | 'L';

/** The text of a column; uuid, jsonb and times are text too. Throws TypeError for NULL, and for another type. */
export function textAt(row: Item, column: string): string {
  return (valueAt(row, column, 'S') as { S: string }).S;
}

export function numberAt(row: Item, column: string): number {
  return Number((valueAt(row, column, 'N') as { N: string }).N);
}

/** Of a `numeric` without a fraction, or a `bigint`. */
export function wholeNumberAt(row: Item, column: string): bigint {
  return BigInt((valueAt(row, column, 'N') as { N: string }).N);
}

export function bytesAt(row: Item, column: string): Uint8Array {
  return (valueAt(row, column, 'B') as { B: Uint8Array }).B;
}

export function truthAt(row: Item, column: string): boolean {
  const value = row[column];
  if (value === undefined || !('BOOL' in value)) throw unfit(column, 'BOOL', value);
  return value.BOOL;
}

/** A uuid as the service shows it: 32 hexadecimal digits. */
export function idAt(row: Item, column: string): string {
  return textAt(row, column).replaceAll('-', '');
}

/** The elements of an array without NULLs, of one dimension: text, uuid or numbers, all as text. */
export function listAt(row: Item, column: string): string[] {
  return (valueAt(row, column, 'L') as { L: readonly AttributeValue[] }).L.map((element) => {
    if ('S' in element) return element.S;
    if ('N' in element) return element.N;
    throw unfit(column, 'S or N in its array', element);
  });
}

/** A jsonb object whose values are texts. */
export function textMapAt(row: Item, column: string): Record<string, string> {
  const parsed: unknown = JSON.parse(textAt(row, column));
  if (typeof parsed !== 'object' || parsed === null || !Object.values(parsed).every((each) => typeof each === 'string'))
    throw new TypeError(`${column} is ${textAt(row, column)}: it must be a JSON object of texts`);
  return parsed as Record<string, string>;
}

/** `2026-01-31 23:59:59.123456+00`: the fraction may be shorter or absent, the zone is always UTC. */
const timeForm = /^(\d{4,}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?\+00$/;

/** A timestamptz, to the microsecond. */
export function timeAt(row: Item, column: string): Timestamp {
  const text = textAt(row, column);
  const [, day, time, fraction = ''] = timeForm.exec(text) ?? [];
  const ms = Date.parse(`${day ?? ''}T${time ?? ''}Z`);
  if (!Number.isFinite(ms)) throw new TypeError(`${column} is ${text}: it must be a time from the year 1 to 9999`);
  return { ...timestampFromMs(ms), nanos: Number(fraction.padEnd(9, '0')) };
}

export function isNullAt(row: Item, column: string): boolean {
  return row[column] === undefined;
}

function valueAt(row: Item, column: string, type: Type): AttributeValue {
  const value = row[column];
  if (value === undefined || !(type in value)) throw unfit(column, type, value);
  return value;
}

function unfit(column: string, wanted: string, value: AttributeValue | undefined): TypeError {
  const found = value === undefined ? 'NULL' : (Object.keys(value)[0] ?? 'nothing');
  return new TypeError(`${column} is ${found}: it must be ${wanted}`);
}
