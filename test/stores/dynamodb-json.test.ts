import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { formatItem, parseItem } from '../../src/stores/dynamodb-json.js';
import type { AttributeValue, Item } from '../../src/stores/item.js';

/** Names and texts of any UTF-16, lone surrogates too, and names that JavaScript gives a meaning. */
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
);
const name = fc.oneof(text, fc.constantFrom('__proto__', 'constructor', 'toJSON', 'Item', 'S', 'B', 'M', '0', ''));
const binary = fc.uint8Array({ maxLength: 20 });
const number = fc.constantFrom('0', '-1', '1.0', '12345678901234567890123456789012345678', '1E-130');

function mapOf(value: fc.Arbitrary<AttributeValue>): fc.Arbitrary<Item> {
  return fc.array(fc.tuple(name, value), { maxLength: 5 }).map((entries) => Object.fromEntries(entries));
}

const { value } = fc.letrec<{ value: AttributeValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    text.map((S) => ({ S })),
    number.map((N) => ({ N })),
    binary.map((B) => ({ B })),
    fc.boolean().map((BOOL) => ({ BOOL })),
    fc.constant({ NULL: true as const }),
    fc.array(text).map((SS) => ({ SS })),
    fc.array(number).map((NS) => ({ NS })),
    fc.array(binary).map((BS) => ({ BS })),
    fc.array(tie('value'), { maxLength: 3 }).map((L) => ({ L })),
    mapOf(tie('value')).map((M) => ({ M })),
  ),
}));

describe('an item as DynamoDB JSON', () => {
  test('is the same item when it is read back, whatever its names and values', () => {
    fc.assert(
      fc.property(mapOf(value), (item) => {
        const json = formatItem(item);
        expect(json).not.toMatch(/[\n\r]/);
        // As a file would hold it: lone surrogates have no UTF-8.
        const read = parseItem(Buffer.from(json, 'utf8').toString('utf8')).item;
        // Jest's own strict equality asks values for their `constructor`, which may be an attribute here.
        expect(isDeepStrictEqual(read, item)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test('is what AWS shows', () => {
    expect(
      formatItem({ Id: { N: '103' }, Cover: { B: Uint8Array.of(0, 255, 16) }, Pages: { BS: [Uint8Array.of(1)] } }),
    ).toBe('{"Id":{"N":"103"},"Cover":{"B":"AP8Q"},"Pages":{"BS":["AQ=="]}}');
  });

  test('keeps an attribute named __proto__ an attribute', () => {
    const { item } = parseItem('{"__proto__":{"M":{"__proto__":{"S":"x"}}}}');
    expect(Object.keys(item)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(item)).toBe(Object.prototype);
    expect(formatItem(item)).toBe('{"__proto__":{"M":{"__proto__":{"S":"x"}}}}');
  });

  test('has the size that DynamoDB counts', () => {
    const sizeOf = (item: Item): number => parseItem(formatItem(item)).sizeBytes;
    expect(sizeOf({ id: { S: 'aé' } })).toBe(2 + 3);
    expect(sizeOf({ b: { B: new Uint8Array(10) }, t: { BOOL: true }, n: { NULL: true } })).toBe(1 + 10 + 1 + 1 + 1 + 1);
    expect(sizeOf({ n: { N: '1234' } })).toBe(1 + 3);
    expect(sizeOf({ m: { M: { a: { S: 'x' } } }, l: { L: [{ S: 'x' }] } })).toBe(1 + 3 + 1 + 1 + 1 + (1 + 3 + 1 + 1));
    expect(sizeOf({ s: { SS: ['a', 'bc'] }, n: { NS: ['1', '22'] } })).toBe(1 + 3 + 3 + (1 + 3 + 2 + 2));
  });
});
