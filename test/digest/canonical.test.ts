import fc from 'fast-check';
import { canonicalItem } from '../../src/digest/canonical.js';
import { CorruptDataError } from '../../src/errors.js';
import type { AttributeValue, Item } from '../../src/stores/item.js';
import { arbitraryItem, arbitraryValue, respelled } from './arbitrary-item.js';
import { equalItems } from './equal-items.js';

const same = (a: Item, b: Item) => canonicalItem(a) === canonicalItem(b);

/** An own attribute called `__proto__`, as JSON.parse makes it. */
const named = (name: string, value: AttributeValue): Item => Object.fromEntries([[name, value]]);

describe('canonicalItem', () => {
  test('is the same for two items exactly if they are equal', () => {
    fc.assert(
      fc.property(arbitraryItem, arbitraryItem, (a, b) => {
        expect(same(a, b)).toBe(equalItems(a, b));
      }),
      { numRuns: 1_000 },
    );
  });

  test('is the same for two values of one attribute exactly if they are equal', () => {
    fc.assert(
      fc.property(arbitraryValue, arbitraryValue, (a, b) => {
        expect(same({ a }, { a: b })).toBe(equalItems({ a }, { a: b }));
      }),
      { numRuns: 3_000 },
    );
  });

  test('is the same for an item said otherwise: other order of attributes and sets, other spelling of numbers', () => {
    fc.assert(
      fc.property(arbitraryItem, (item) => {
        expect(equalItems(item, respelled(item))).toBe(true);
        expect(canonicalItem(respelled(item))).toBe(canonicalItem(item));
      }),
      { numRuns: 1_000 },
    );
  });

  test.each<[string, Item, Item]>([
    ['a string and a number', { a: { S: '1' } }, { a: { N: '1' } }],
    ['a string set and a list', { a: { SS: ['x'] } }, { a: { L: [{ S: 'x' }] } }],
    ['a string set and a number set', { a: { SS: ['1'] } }, { a: { NS: ['1'] } }],
    ['a string and a binary of its bytes', { a: { S: 'x' } }, { a: { B: Buffer.from('x') } }],
    ['an empty string and no attribute', { a: { S: '' } }, {}],
    ['an empty string and NULL', { a: { S: '' } }, { a: { NULL: true } }],
    ['an empty list and an empty map', { a: { L: [] } }, { a: { M: {} } }],
    ['true and false', { a: { BOOL: true } }, { a: { BOOL: false } }],
    ['two orders of a list', { a: { L: [{ N: '1' }, { N: '2' }] } }, { a: { L: [{ N: '2' }, { N: '1' }] } }],
    ['two cuts of one text', { a: { SS: ['ab', 'c'] } }, { a: { SS: ['a', 'bc'] } }],
    [
      'two cuts of one text with the mark of a string',
      { a: { L: [{ S: 'aSb' }, { S: 'c' }] } },
      { a: { L: [{ S: 'a' }, { S: 'bSc' }] } },
    ],
    [
      'two cuts of bytes with the mark of a binary',
      { a: { L: [{ B: Buffer.from('aBb') }, { B: Buffer.from('c') }] } },
      { a: { L: [{ B: Buffer.from('a') }, { B: Buffer.from('bBc') }] } },
    ],
    ['composed and decomposed characters', { a: { S: '\u00e9' } }, { a: { S: 'e\u0301' } }],
    ['two lone surrogates', { a: { S: '\ud800' } }, { a: { S: '\ud801' } }],
    ['an attribute called __proto__ and none', named('__proto__', { S: 'x' }), {}],
    ['text that imitates a second attribute', { a: { S: 'x1:bS1:y' } }, { a: { S: 'x' }, b: { S: 'y' } }],
    ['a name that imitates the beginning of a value', { a: { S: 'S1:x' } }, { 'aS4:': { S: 'x' } }],
    ['numbers that differ in the 38th digit', { a: { N: `${'1'.repeat(37)}1` } }, { a: { N: `${'1'.repeat(37)}2` } }],
    ['binaries that differ in one bit', { a: { B: Uint8Array.of(128) } }, { a: { B: Uint8Array.of(0) } }],
  ])('tells %s apart', (_, a, b) => {
    expect(same(a, b)).toBe(false);
  });

  test('sees through more attributes than are sorted by insertion', () => {
    const entries = Array.from({ length: 100 }, (_, at) => [`name ${at % 7} ${at}`, { N: `${at}` }] as const);
    expect(same(Object.fromEntries(entries), Object.fromEntries(entries.toReversed()))).toBe(true);
  });

  test('takes the bytes of a view, not of the buffer under it', () => {
    const under = Uint8Array.of(1, 2, 3, 4);
    expect(same({ a: { B: under.subarray(1, 3) } }, { a: { B: Uint8Array.of(2, 3) } })).toBe(true);
  });

  test('refuses a value of no known type', () => {
    expect(() => canonicalItem({ strange: { X: 1 } as unknown as AttributeValue })).toThrow(CorruptDataError);
    expect(() => canonicalItem({ strange: {} as unknown as AttributeValue })).toThrow('"strange"');
  });
});
