import type { Json } from '../../json.js';
import { CorruptDataError } from '../../errors.js';
import type { AttributeValue, ItemKey } from '../item.js';
import type { Cursor, Segment } from '../store.js';

/** Where a scan goes on: from its beginning, after a key, or nowhere, since the segment was read to its end. */
export type Position = { readonly after: ItemKey | undefined } | 'end';

export const endCursor: Cursor = { end: true };

/** A page's LastEvaluatedKey as JSON: `{"after": [["id", "S", "a"], ["line", "B", "base64"]]}`. */
export function cursorAfter(key: ItemKey): Cursor {
  return { after: Object.entries(key).map(([name, value]) => [name, ...textOf(value)]) };
}

/** Throws CorruptDataError for what `cursorAfter` and `endCursor` did not make. */
export function positionOf(cursor: Cursor | undefined): Position {
  if (cursor === undefined) return { after: undefined };
  if (isObject(cursor)) {
    if (cursor['end'] === true) return 'end';
    const after = cursor['after'];
    if (Array.isArray(after) && after.length > 0) return { after: Object.fromEntries(after.map(attributeOf)) };
  }
  throw new CorruptDataError(`not a cursor of a DynamoDB segment: ${JSON.stringify(cursor)}`);
}

/** The segment's numbers as Scan takes them. */
export function scanRange(segment: Segment): { Segment: number; TotalSegments: number } {
  const { range } = segment;
  if (isObject(range)) {
    const { segment: Segment, total: TotalSegments } = range;
    if (typeof Segment === 'number' && typeof TotalSegments === 'number') return { Segment, TotalSegments };
  }
  throw new CorruptDataError(`not a segment of a DynamoDB table: ${JSON.stringify(range)}`);
}

function textOf(value: AttributeValue): [string, string] {
  if ('S' in value) return ['S', value.S];
  if ('N' in value) return ['N', value.N];
  if ('B' in value) return ['B', Buffer.from(value.B).toString('base64')];
  throw new CorruptDataError(`a key has an attribute of type ${Object.keys(value).join()}`);
}

function attributeOf(entry: Json): [string, AttributeValue] {
  if (Array.isArray(entry)) {
    const [name, type, text] = entry as readonly Json[];
    if (typeof name === 'string' && typeof text === 'string') {
      if (type === 'S') return [name, { S: text }];
      if (type === 'N') return [name, { N: text }];
      if (type === 'B') return [name, { B: Buffer.from(text, 'base64') }];
    }
  }
  throw new CorruptDataError(`not an attribute of a cursor: ${JSON.stringify(entry)}`);
}

function isObject(value: Json): value is { readonly [name: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
