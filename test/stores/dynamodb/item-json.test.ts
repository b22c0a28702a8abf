import { decodeItem, itemToText, type WireItem } from '../../../src/stores/dynamodb/item-json.js';
import type { Item } from '../../../src/stores/item.js';

function wire(item: Item): WireItem {
  return JSON.parse(itemToText(item)) as WireItem;
}

describe('an item on the wire', () => {
  it('comes back as it was, with every type at any depth', () => {
    const item: Item = {
      s: { S: 'a"\\\u0000\u2028ü😀' },
      empty: { S: '' },
      n: { N: '-1234567890123456789012345678901234567.8' },
      b: { B: Uint8Array.of(0, 127, 255) },
      noBytes: { B: new Uint8Array() },
      yes: { BOOL: true },
      no: { BOOL: false },
      null: { NULL: true },
      sets: { L: [{ SS: ['a', ''] }, { NS: ['1', '2'] }, { BS: [Uint8Array.of(1), Uint8Array.of(0, 255)] }] },
      map: { M: { 'odd "name"': { M: { deep: { B: Uint8Array.of(7) } } }, none: { M: {} } } },
      list: { L: [] },
    };
    expect(decodeItem(wire(item)).item).toEqual(item);
  });

  it('keeps attributes named __proto__, which the SDK loses on reading', () => {
    const item: Item = Object.fromEntries([
      ['__proto__', { B: Uint8Array.of(1) }],
      ['map', { M: Object.fromEntries([['__proto__', { S: 'deep' }]]) }],
    ]);
    const { item: decoded } = decodeItem(wire(item));
    expect(Object.entries(decoded)[0]).toEqual(['__proto__', { B: Uint8Array.of(1) }]);
    expect(JSON.stringify(decoded['map'])).toBe('{"M":{"__proto__":{"S":"deep"}}}');
  });

  it('reads from the part of a buffer that a binary is', () => {
    const bytes = new Uint8Array([9, 1, 2, 9]).subarray(1, 3);
    expect(itemToText({ b: { B: bytes }, s: { BS: [bytes] } })).toBe('{"b":{"B":"AQI="},"s":{"BS":["AQI="]}}');
  });

  it.each<[string, Item, number]>([
    ['a short text', { a: { S: 'abc' } }, 4],
    ['a long text', { a: { S: 'x'.repeat(100) } }, 101],
    ['a text beyond ASCII, in UTF-8', { ü: { S: '€😀' } }, 9],
    ['a number, about half a byte a digit', { n: { N: '1234567890' } }, 7],
    ['a negative number', { n: { N: '-1' } }, 4],
    ['a binary', { b: { B: Uint8Array.of(1, 2, 3) } }, 4],
    ['a boolean', { b: { BOOL: false } }, 2],
    ['a null', { b: { NULL: true } }, 2],
    ['sets', { s: { SS: ['a', 'bc'] }, n: { NS: ['1'] }, b: { BS: [Uint8Array.of(1)] } }, 8],
    ['a map: 3, and 1 for each member', { m: { M: { k: { S: 'v' } } } }, 7],
    ['a list: 3, and 1 for each member', { l: { L: [{ S: 'v' }, { BOOL: true }] } }, 8],
  ])('counts %s as DynamoDB does', (_what, item, size) => {
    expect(decodeItem(wire(item)).sizeBytes).toBe(size);
  });
});
