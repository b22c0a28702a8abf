import type { AttributeValue, Item } from '../../src/stores/item.js';

/** What it means that two items are equal, said in another way than src/digest says it: by comparison, no normal form. */
export function equalItems(a: Item, b: Item): boolean {
  const [left, right] = [new Map(Object.entries(a)), new Map(Object.entries(b))];
  if (left.size !== right.size) return false;
  return [...left].every(([name, value]) => {
    const other = right.get(name);
    return other !== undefined && equalValues(value, other);
  });
}

function equalValues(a: AttributeValue, b: AttributeValue): boolean {
  if (Object.keys(a)[0] !== Object.keys(b)[0]) return false;
  if ('S' in a && 'S' in b) return a.S === b.S;
  if ('N' in a && 'N' in b) return equalNumbers(a.N, b.N);
  if ('B' in a && 'B' in b) return equalBytes(a.B, b.B);
  if ('BOOL' in a && 'BOOL' in b) return a.BOOL === b.BOOL;
  if ('L' in a && 'L' in b)
    return a.L.length === b.L.length && a.L.every((one, at) => equalValues(one, b.L[at] ?? one));
  if ('M' in a && 'M' in b) return equalItems(a.M, b.M);
  if ('SS' in a && 'SS' in b) return equalSets(a.SS, b.SS, (one, other) => one === other);
  if ('NS' in a && 'NS' in b) return equalSets(a.NS, b.NS, equalNumbers);
  if ('BS' in a && 'BS' in b) return equalSets(a.BS, b.BS, equalBytes);
  return 'NULL' in a && 'NULL' in b;
}

function equalSets<Member>(
  a: readonly Member[],
  b: readonly Member[],
  same: (x: Member, y: Member) => boolean,
): boolean {
  return a.every((one) => b.some((other) => same(one, other))) && b.every((one) => a.some((other) => same(one, other)));
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

/** As fractions over a common power of ten, in integers of any size. */
function equalNumbers(a: string, b: string): boolean {
  const [left, right] = [fraction(a), fraction(b)];
  const shift = left.exponent - right.exponent;
  return shift >= 0
    ? left.digits * 10n ** BigInt(shift) === right.digits
    : left.digits === right.digits * 10n ** BigInt(-shift);
}

function fraction(text: string): { digits: bigint; exponent: number } {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().replace(/^\+/, '').split('e');
  const point = mantissa.indexOf('.');
  const decimals = point < 0 ? 0 : mantissa.length - point - 1;
  const negative = mantissa.startsWith('-');
  const digits = BigInt(mantissa.replace('.', '').replace('-', ''));
  return { digits: negative ? -digits : digits, exponent: Number(exponent) - decimals };
}
