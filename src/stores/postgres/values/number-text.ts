/**
 * DynamoDB's N holds 38 significant digits and magnitudes from 1E-130 to 9.99E+125.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
 */
const mostDigits = 38;
const leastPower = -130;
const greatestPower = 125;

const decimal = /^([+-]?)(\d*)(?:\.(\d*))?(?:e([+-]?\d{1,9}))?$/i;

interface Decimal {
  readonly negative: boolean;
  /** Significant digits: neither the first nor the last is 0; empty for zero. */
  readonly digits: string;
  /** The power of ten of the last digit. */
  readonly power: number;
}

function parse(text: string): Decimal | undefined {
  const parts = decimal.exec(text);
  if (parts === null) return undefined;
  const [, sign, whole = '', fraction = '', exponent = '0'] = parts;
  const all = whole + fraction;
  if (all === '') return undefined;
  const digits = all.replace(/^0+/, '').replace(/0+$/, '');
  const trailing = all.length - all.replace(/0+$/, '').length;
  return { negative: sign === '-', digits, power: digits === '' ? 0 : Number(exponent) - fraction.length + trailing };
}

/** At most 38 characters of a plain number are at most 38 digits within the range: most numbers are decided here. */
const plain = /^-?\d{1,18}(?:\.\d{1,18})?$/;

/**
 * Whether N holds this text of a number exactly. It does not hold NaN and the infinities, what is too long, too large
 * or too small, and the negative zero of floats, which would become zero.
 */
export function fitsNumber(text: string): boolean {
  if (plain.test(text)) return !isNegativeZero(text);
  const parsed = parse(text);
  if (parsed === undefined) return false;
  const { digits, power, negative } = parsed;
  if (digits === '') return !negative;
  const first = power + digits.length - 1;
  return digits.length <= mostDigits && first >= leastPower && first <= greatestPower;
}

function isNegativeZero(text: string): boolean {
  return text.startsWith('-') && /^-[0.]+$/.test(text);
}

/** The special texts that PostgreSQL's numbers write and that N does not hold. */
export function isUnfitNumber(text: string): boolean {
  return /^(NaN|-?Infinity)$/.test(text) || (parse(text) !== undefined && !fitsNumber(text));
}

/** Whether the text is a number in decimal notation: PostgreSQL itself would take `0x1f`, `1_000` and ` 1 ` too. */
export function isNumber(text: string): boolean {
  return parse(text) !== undefined;
}

/** The plain digits of a whole number, however it is written (`1.0`, `1E+2`); undefined for any other. */
export function wholeNumberText(text: string): string | undefined {
  if (/^-?\d{1,19}$/.test(text)) return text;
  const parsed = parse(text);
  // Beyond 40 digits no integer column holds it; its text need not be spelled out to be refused.
  if (parsed === undefined || parsed.power < 0 || parsed.power > 40) return undefined;
  const { digits, negative, power } = parsed;
  return digits === '' ? '0' : `${negative ? '-' : ''}${digits}${'0'.repeat(power)}`;
}
