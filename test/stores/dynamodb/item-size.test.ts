import { itemSizeBytes } from '../../../src/stores/dynamodb/item-size.js';

describe('the size of an item', () => {
  it.each([
    ['a short text', { a: { S: 'abc' } }, 4],
    ['a long text', { a: { S: 'x'.repeat(100) } }, 101],
    ['a text beyond ASCII, in UTF-8', { ü: { S: '€😀' } }, 9],
    ['a number, about half a byte a digit', { n: { N: '1234567890' } }, 7],
    ['a negative number', { n: { N: '-1' } }, 4],
    ['a binary', { b: { B: Uint8Array.of(1, 2, 3) } }, 4],
    ['a boolean', { b: { BOOL: false } }, 2],
    ['a null', { b: { NULL: true as const } }, 2],
    ['sets', { s: { SS: ['a', 'bc'] }, n: { NS: ['1'] }, b: { BS: [Uint8Array.of(1)] } }, 8],
    ['a map: 3, and 1 for each member', { m: { M: { k: { S: 'v' } } } }, 7],
    ['a list: 3, and 1 for each member', { l: { L: [{ S: 'v' }, { BOOL: true }] } }, 8],
  ])('counts %s as DynamoDB does', (_what, item, size) => {
    expect(itemSizeBytes(item)).toBe(size);
  });
});
