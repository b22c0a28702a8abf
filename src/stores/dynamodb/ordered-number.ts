import { canonicalNumber, readableNumber } from '../../digest/decimal.js';

/**
 * A number as bytes that sort as the numbers do, and end by themselves:
 *
 *     sign      01 negative, 02 zero, 03 positive; zero is this byte alone
 *     exponent  one byte e + 129, for the value 0.d1d2d3... * 10^e with d1 > 0
 *     digits    two decimal digits a byte, 00 to 99 as 01 to 64 (hexadecimal); an odd last digit is padded with 0
 *     end       00
 *
 * Of a negative number exponent, digits and end are complemented (255 - byte), so that larger magnitudes sort first.
 * DynamoDB's numbers have at most 38 digits and magnitudes from 1E-130 to 9.99E+125, hence e from -129 to 126.
 */
export function encodeNumber(text: string): number[] | undefined {
  const canonical = canonicalNumber(text);
  if (canonical === '0') return [signs.zero];
  const parts = canonical === undefined ? null : /^(-?)(\d{1,38})(?:E(-?\d{1,4}))?$/.exec(canonical);
  if (parts === null) return undefined;
  const [, minus, digits = '', power = '0'] = parts;
  const exponent = digits.length + Number(power);
  if (exponent < -129 || exponent > 126) return undefined;
  const bytes = [exponent + exponentShift];
  for (let at = 0; at < digits.length; at += 2) bytes.push(Number(digits.slice(at, at + 2).padEnd(2, '0')) + 1);
  bytes.push(0);
  return minus === '-' ? [signs.negative, ...bytes.map((byte) => 255 - byte)] : [signs.positive, ...bytes];
}

/** The number that begins at `start`, and where it ends. Undefined: there is none. */
export function decodeNumber(bytes: Uint8Array, start: number): { text: string; end: number } | undefined {
  const sign = bytes[start];
  if (sign === signs.zero) return { text: '0', end: start + 1 };
  if (sign !== signs.negative && sign !== signs.positive) return undefined;
  const flip = sign === signs.negative ? 255 : 0;
  const exponent = bytes[start + 1];
  let digits = '';
  for (let at = start + 2; at < bytes.length; at += 1) {
    const pair = Math.abs(flip - (bytes[at] ?? 0));
    if (pair === 0 && exponent !== undefined) {
      const power = Math.abs(flip - exponent) - exponentShift - digits.length;
      const text = readableNumber(`${flip === 255 ? '-' : ''}${digits}E${power}`);
      return { text, end: at + 1 };
    }
    if (pair > 100) return undefined;
    digits += String(pair - 1).padStart(2, '0');
  }
  return undefined;
}

const signs = { negative: 1, zero: 2, positive: 3 } as const;
const exponentShift = 129;
