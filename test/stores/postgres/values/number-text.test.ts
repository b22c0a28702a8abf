import fc from 'fast-check';
import { canonicalNumber } from '../../../../src/digest/decimal.js';
import { fitsNumber, isUnfitNumber, wholeNumberText } from '../../../../src/stores/postgres/values/number-text.js';

test.each([
  '0',
  '-1',
  '1.10',
  '99999999999999999999999999999999999999',
  '1e-130',
  '9.9e125',
  '0.0',
  `1${'0'.repeat(125)}`,
])('N holds %s', (text) => {
  expect(fitsNumber(text)).toBe(true);
  expect(isUnfitNumber(text)).toBe(false);
});

test.each([
  'NaN',
  'Infinity',
  '-Infinity',
  '-0',
  '-0.00',
  '1e126',
  '1e-131',
  '100000000000000000000000000000000000001',
])('N does not hold %s', (text) => {
  expect(fitsNumber(text)).toBe(false);
  expect(isUnfitNumber(text)).toBe(true);
});

test.each(['', '.', 'x', '0x1f', '1_000', ' 1', 'inf', 'nan'])('"%s" is no number that PostgreSQL writes', (text) => {
  expect(fitsNumber(text)).toBe(false);
  expect(isUnfitNumber(text)).toBe(false);
});

test('a whole number is the same number however it is spelled', () => {
  const spelled = fc
    .tuple(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), fc.integer({ min: 0, max: 6 }))
    .map(([value, power]) => [`${value * 10n ** BigInt(power)}`, `${value}.00E+${power}`] as const);
  fc.assert(
    fc.property(spelled, ([plain, other]) => {
      expect(wholeNumberText(other)).toBe(plain === '-0' ? '0' : plain);
      expect(canonicalNumber(wholeNumberText(plain) ?? '')).toBe(canonicalNumber(other));
    }),
  );
});

test.each(['1.5', '1e-1', 'NaN', '1e41'])('%s is no whole number that a column holds', (text) => {
  expect(wholeNumberText(text)).toBeUndefined();
});
