import { CorruptDataError } from '../../../src/errors.js';
import type { Json } from '../../../src/json.js';
import { cursorAfter, endCursor, positionOf, scanRange } from '../../../src/stores/dynamodb/cursor.js';
import type { ItemKey } from '../../../src/stores/item.js';

describe('the cursor of a DynamoDB segment', () => {
  it('survives JSON with keys of every type and any name', () => {
    const key: ItemKey = Object.fromEntries([
      ['__proto__', { S: '\u0000ü😀' }],
      ['n', { N: '12345678901234567890123456789012345678' }],
      ['b', { B: Uint8Array.of(0, 255) }],
    ]);
    const position = positionOf(JSON.parse(JSON.stringify(cursorAfter(key))) as Json);
    expect(position === 'end' ? [] : Object.entries(position.after ?? {})).toEqual([
      ['__proto__', { S: '\u0000ü😀' }],
      ['n', { N: '12345678901234567890123456789012345678' }],
      ['b', { B: Buffer.of(0, 255) }],
    ]);
  });

  it('tells the beginning from the end', () => {
    expect(positionOf(undefined)).toEqual({ after: undefined });
    expect(positionOf(endCursor)).toBe('end');
  });

  it.each<[string, Json]>([
    ['null', null],
    ['a text', 'end'],
    ['an empty key', { after: [] }],
    ['no position', { end: false }],
    ['a list for a number', { after: [['n', 'L', '1']] }],
    ['a number for a text', { after: [['n', 'N', 1]] }],
    ['an attribute that is no list', { after: ['n'] }],
  ])('refuses %s, so that nothing is taken for the beginning or the end by mistake', (_what, cursor) => {
    expect(() => positionOf(cursor)).toThrow(CorruptDataError);
  });

  it('refuses a segment of another store', () => {
    expect(() => scanRange({ table: 't', index: 0, range: { from: 'a' } })).toThrow(CorruptDataError);
  });
});
