/**
 * A decimal number in its one shortest form: sign, digits without leading or trailing zeros, and the power of ten they
 * are multiplied by. `1.0` is `1`, `1E2` and `100` are `1E2`, `-0` is `0`. Everything is done on text, so that no digit
 * is lost, however many there are (a float keeps 15 to 17 of DynamoDB's 38).
 */
export function canonicalNumber(text: string): string | undefined {
  return isPlainInteger(text) ? text : canonicalOfAny(text);
}

/** The same value in the form that DynamoDB answers with, `100` for `1E2`; beyond 40 zeros the power of ten is kept. */
export function readableNumber(text: string): string {
  const canonical = canonicalNumber(text);
  const parts = canonical === undefined ? null : /^(-?)(\d+)(?:E(-?\d+))?$/.exec(canonical);
  if (canonical === undefined || parts === null) return text;
  const [, sign = '', digits = '', power = '0'] = parts;
  const exponent = power.length > 4 ? Number.POSITIVE_INFINITY : Number(power);
  if (exponent > 40 || exponent + digits.length < -40) return canonical;
  if (exponent >= 0) return sign + digits + '0'.repeat(exponent);
  const padded = digits.padStart(1 - exponent, '0');
  return `${sign}${padded.slice(0, exponent)}.${padded.slice(exponent)}`;
}

const zero = 48;
const nine = 57;
const minus = 45;

/** True for what is canonical as it stands: digits that neither begin nor end with 0, with or without a minus, and `0`. */
function isPlainInteger(text: string): boolean {
  const start = text.charCodeAt(0) === minus ? 1 : 0;
  const last = text.length - 1;
  if (last < start) return false;
  if (text.charCodeAt(start) === zero || text.charCodeAt(last) === zero) return text === '0';
  for (let at = start; at <= last; at += 1) {
    const code = text.charCodeAt(at);
    if (code < zero || code > nine) return false;
  }
  return true;
}

const decimal = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;

function canonicalOfAny(text: string): string | undefined {
  const parts = decimal.exec(text);
  if (parts === null) return undefined;
  const [, sign = '', whole = '', fraction = '', power = '0'] = parts;
  const all = whole + fraction;
  if (all === '') return undefined;
  let first = 0;
  while (first < all.length && all.charCodeAt(first) === zero) first += 1;
  if (first === all.length) return '0';
  let end = all.length;
  while (all.charCodeAt(end - 1) === zero) end -= 1;
  const digits = (sign === '-' ? '-' : '') + all.slice(first, end);
  const exponent = sum(power, all.length - end - fraction.length);
  return exponent === '0' ? digits : `${digits}E${exponent}`;
}

/** `power` + `shift`, exact even where somebody writes an exponent that no integer of the engine holds. */
function sum(power: string, shift: number): string {
  return power.length <= 12 ? String(Number(power) + shift) : String(BigInt(power.replace('+', '')) + BigInt(shift));
}
