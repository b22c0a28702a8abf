import { z } from 'zod';
import { CorruptDataError } from '../../errors.js';
import type { Json } from '../../json.js';
import type { Cursor, Segment } from '../store.js';
import type { Layout } from './layout.js';

/** The texts of a key's columns, in order. */
export type KeyTexts = readonly string[];

const keyTexts = z.array(z.string()).min(1);
const rangeSchema = z.strictObject({ after: keyTexts.nullable(), through: keyTexts.nullable() });
const cursorSchema = z.strictObject({ after: keyTexts });

/** Rows after one key and up to another one, inclusive; null is open. */
export type KeyRange = z.infer<typeof rangeSchema>;

/** What is left of a segment after a cursor. Throws CorruptDataError for what this driver did not make. */
export function rangeOf(layout: Layout, segment: Segment, from: Cursor | undefined): KeyRange {
  const range = parsed(rangeSchema, segment.range, `segment ${segment.index} of table "${layout.table}"`);
  if (from === undefined) return fitting(layout, range);
  const { after } = parsed(cursorSchema, from, `the cursor of table "${layout.table}"`);
  return fitting(layout, { ...range, after });
}

export function cursorAfter(key: KeyTexts): Cursor {
  return { after: [...key] };
}

/**
 * The condition of a range, its parameters counted from 1. Rows are compared as rows: `(a, b) > ($1, $2)` is what an
 * index on (a, b) can answer.
 * https://www.postgresql.org/docs/current/functions-comparisons.html#ROW-WISE-COMPARISON
 */
export function conditionOf(layout: Layout, { after, through }: KeyRange): { sql: string; values: string[] } {
  const columns = rowOf(layout.key);
  const parameters = (first: number) => rowOf(layout.parameters(first));
  const parts = [
    ...(after === null ? [] : [`${columns} > ${parameters(1)}`]),
    ...(through === null ? [] : [`${columns} <= ${parameters((after?.length ?? 0) + 1)}`]),
  ];
  const sql = parts.length === 0 ? '' : `WHERE ${parts.join(' AND ')}`;
  return { sql, values: [...(after ?? []), ...(through ?? [])] };
}

function rowOf(parts: readonly string[]): string {
  return parts.length === 1 ? String(parts[0]) : `(${parts.join(', ')})`;
}

function parsed<T>(schema: z.ZodType<T>, value: Json, what: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new CorruptDataError(`${what} is not of this driver's making`, { cause: result.error });
}

function fitting(layout: Layout, range: KeyRange): KeyRange {
  const lengths = [range.after, range.through].flatMap((key) => (key === null ? [] : [key.length]));
  if (lengths.every((length) => length === layout.key.length)) return range;
  throw new CorruptDataError(
    `a key of table "${layout.table}" has ${layout.key.length} columns, the range says otherwise`,
  );
}
