import fc from 'fast-check';
import { readableNumber } from '../../../src/digest/decimal.js';
import { CorruptDataError } from '../../../src/errors.js';
import { logicalBytes, logicalText, storedBytes, storedText } from '../../../src/stores/dynamodb/empty-key.js';
import { decodeSortKey, encodeSortKey } from '../../../src/stores/dynamodb/sort-key.js';
import type { AttributeValue } from '../../../src/stores/item.js';
import type { KeyColumn } from '../../../src/stores/store.js';

const columns: readonly KeyColumn[] = [
  { name: 'text', type: 'S' },
  { name: 'number', type: 'N' },
  { name: 'bytes', type: 'B' },
];

/** Digits and exponents over the whole of DynamoDB's range, with a bias to neighbours. */
const number = fc
  .tuple(
    fc.boolean(),
    fc.oneof(fc.bigInt(0n, 120n), fc.bigInt(0n, 10n ** 38n - 1n)),
    fc.oneof(fc.integer({ min: -2, max: 2 }), fc.integer({ min: -130, max: 88 })),
  )
  .map(([minus, digits, power]) => ({ minus, digits, power, text: `${minus ? '-' : ''}${digits}E${power}` }));
type Number38 = typeof number extends fc.Arbitrary<infer T> ? T : never;

const text = fc.string({ unit: fc.constantFrom('\u0000', '\u0001', 'a', 'b', 'ÿ', '\uffff', '😀'), maxLength: 6 });
const bytes = fc.uint8Array({ max: 255, maxLength: 6 }).chain((some) =>
  fc.constantFrom(
    some,
    some.map((byte) => (byte % 2 === 0 ? 0 : 255)),
  ),
);

function compareNumbers(a: Number38, b: Number38): number {
  const exact = ({ minus, digits, power }: Number38) => (minus ? -digits : digits) * 10n ** BigInt(power + 130);
  return exact(a) < exact(b) ? -1 : exact(a) > exact(b) ? 1 : 0;
}

function encoded(values: readonly AttributeValue[]): Buffer {
  const sortKey = encodeSortKey(columns, values);
  if (sortKey === undefined) throw new Error('not encoded');
  return Buffer.from(sortKey);
}

describe('the sort key of several columns', () => {
  const row = fc.tuple(text, number, bytes);
  const valuesOf = ([s, n, b]: [string, Number38, Uint8Array]): AttributeValue[] => [{ S: s }, { N: n.text }, { B: b }];

  it('sorts as its columns do, one after the other', () => {
    fc.assert(
      fc.property(row, row, fc.integer({ min: 0, max: 2 }), (a, b, equal) => {
        const other: typeof b = [equal > 0 ? a[0] : b[0], equal > 1 ? a[1] : b[1], b[2]];
        const expected =
          Buffer.compare(Buffer.from(a[0]), Buffer.from(other[0])) ||
          compareNumbers(a[1], other[1]) ||
          Buffer.compare(a[2], other[2]);
        expect(Buffer.compare(encoded(valuesOf(a)), encoded(valuesOf(other)))).toBe(expected);
      }),
      { numRuns: 2000 },
    );
  });

  it('gives back the values it was made of', () => {
    fc.assert(
      fc.property(row, ([s, n, b]) => {
        const values = decodeSortKey(columns, encoded(valuesOf([s, n, b])));
        expect(values).toEqual([{ S: s }, { N: readableNumber(n.text) }, { B: b }]);
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    '9.9999999999999999999999999999999999999E125',
    '-9.9999999999999999999999999999999999999E125',
    '1E-130',
    '-1E-130',
  ])('holds the number %s at the end of the range', (extreme) => {
    const column: KeyColumn[] = [{ name: 'n', type: 'N' }];
    const sortKey = encodeSortKey(column, [{ N: extreme }]) ?? new Uint8Array();
    expect(decodeSortKey(column, sortKey)).toEqual([{ N: readableNumber(extreme) }]);
  });

  it.each(['1E126', '1E-131', '123456789012345678901234567890123456789', 'NaN', ''])(
    'refuses the number "%s"',
    (beyond) => {
      expect(encodeSortKey([{ name: 'n', type: 'N' }], [{ N: beyond }])).toBeUndefined();
    },
  );

  it.each([
    ['a value of another type', [{ N: '1' }]],
    ['a missing value', []],
  ])('refuses %s', (_what, values: AttributeValue[]) => {
    expect(encodeSortKey([{ name: 's', type: 'S' }], values)).toBeUndefined();
  });

  it('refuses bytes that it did not write: cut short, or with more behind them', () => {
    const sortKey = encoded([{ S: 'a' }, { N: '-12.5' }, { B: Uint8Array.of(0, 1) }]);
    for (let length = 0; length < sortKey.length; length += 1) {
      expect(() => decodeSortKey(columns, sortKey.subarray(0, length))).toThrow(CorruptDataError);
    }
    expect(() => decodeSortKey(columns, Buffer.concat([sortKey, Buffer.of(0)]))).toThrow(CorruptDataError);
  });
});

describe('keys that are empty elsewhere', () => {
  it('keeps texts apart, in order, and gives them back; none is stored empty', () => {
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(logicalText(storedText(a))).toBe(a);
        expect(storedText(a)).not.toBe('');
        const order = Buffer.compare(Buffer.from(a), Buffer.from(b));
        expect(Buffer.compare(Buffer.from(storedText(a)), Buffer.from(storedText(b)))).toBe(order);
      }),
      { numRuns: 1000 },
    );
  });

  it('keeps binaries apart, in order, and gives them back; none is stored empty', () => {
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        expect(logicalBytes(storedBytes(a))).toEqual(a);
        expect(storedBytes(a)).not.toHaveLength(0);
        expect(Buffer.compare(storedBytes(a), storedBytes(b))).toBe(Buffer.compare(a, b));
      }),
      { numRuns: 1000 },
    );
  });
});

describe('the formula of the sort key in docs/stores/dynamodb.md', () => {
  it('gives the bytes of its example', () => {
    const sortKey = encodeSortKey(columns.slice(0, 2), [{ S: 'a' }, { N: '-12.5' }]) ?? new Uint8Array();
    expect(Buffer.from(sortKey).toString('hex')).toBe('610000' + '017cf2ccff');
  });
});
