import fc from 'fast-check';
import { canonicalNumber, readableNumber } from '../../src/digest/decimal.js';

describe('canonicalNumber', () => {
  test.each([
    ['0', ['0', '-0', '+0', '00', '0.000', '.0', '0.', '0E5', '-0e-99999999999999999999']],
    ['1', ['1', '+1', '01', '1.0', '1.', '10E-1', '0.001E3', '1e0', '1E+0']],
    ['1E2', ['100', '1E2', '1e+02', '0100.00', '.1E3']],
    ['-15E-1', ['-1.5', '-01.50', '-15e-1']],
    ['1E99999999999999999999', ['1E99999999999999999999', '10E99999999999999999998', '0.1e+100000000000000000000']],
  ])('%s for every spelling of it', (canonical, spellings) => {
    expect(spellings.map((text) => canonicalNumber(text))).toEqual(spellings.map(() => canonical));
  });

  test('keeps every digit of a number of any length', () => {
    const digits = `1${'234567890'.repeat(200)}1`;
    expect(canonicalNumber(`000${digits}.000`)).toBe(digits);
  });

  test.each(['', '-', '.', 'NaN', 'Infinity', '1,5', '1 ', ' 1', '0x10', '1E', '--1', '1.2.3', '１'])(
    'knows that "%s" is no number',
    (text) => {
      expect(canonicalNumber(text)).toBeUndefined();
    },
  );
});

describe('readableNumber', () => {
  test.each([
    ['1E2', '100'],
    ['-1.50', '-1.5'],
    ['5E-3', '0.005'],
    ['-0', '0'],
    ['1E125', '1E125'],
    ['NaN', 'NaN'],
  ])('writes %s as %s', (text, readable) => {
    expect(readableNumber(text)).toBe(readable);
  });

  test('has the same value and one spelling for each value', () => {
    const number = fc.tuple(fc.bigInt({ min: -(10n ** 38n), max: 10n ** 38n }), fc.integer({ min: -130, max: 125 }));
    fc.assert(
      fc.property(number, ([digits, exponent]) => {
        const readable = readableNumber(`${digits}E${exponent}`);
        expect(canonicalNumber(readable)).toBe(canonicalNumber(`${digits}E${exponent}`));
        expect(readableNumber(`${digits}0E${exponent - 1}`)).toBe(readable);
      }),
    );
  });
});
