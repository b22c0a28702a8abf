import fc from 'fast-check';
import type { AttributeValue, Item } from '../../src/stores/item.js';

/** Names and texts that imitate the canonical form's own structure, name the prototype, or are no proper Unicode. */
const text = fc.oneof(
  fc.constantFrom(
    '',
    'a',
    'b',
    '1',
    'S1:a',
    'M1:1:aS1:b',
    '0:',
    '__proto__',
    'constructor',
    '\ud800',
    '\udfff',
    'é',
    'é',
    '𝒳',
  ),
  fc.string({ unit: 'binary', maxLength: 6 }),
);

/** Few values in many spellings, and numbers of up to 40 digits with a wide exponent. */
const number = fc.oneof(
  fc.constantFrom(
    '0',
    '-0',
    '0.0',
    '+1',
    '1',
    '1.0',
    '01',
    '1E0',
    '10',
    '1E1',
    '1e+1',
    '-1',
    '-1.00',
    '.5',
    '0.5',
    '5E-1',
  ),
  fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }).map(String),
  fc
    .tuple(fc.bigInt({ min: -(10n ** 38n), max: 10n ** 38n }), fc.integer({ min: -130, max: 125 }))
    .map(([digits, exponent]) => `${digits}E${exponent}`),
);

const bytes = fc.uint8Array({ maxLength: 4 });

const { value } = fc.letrec<{ value: AttributeValue; map: Item }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    text.map((S) => ({ S })),
    number.map((N) => ({ N })),
    bytes.map((B) => ({ B })),
    fc.boolean().map((BOOL) => ({ BOOL })),
    fc.constant<AttributeValue>({ NULL: true }),
    fc.uniqueArray(text, { maxLength: 3 }).map((SS) => ({ SS })),
    fc.array(number, { maxLength: 3 }).map((NS) => ({ NS })),
    fc.array(bytes, { maxLength: 3 }).map((BS) => ({ BS })),
    fc.array(tie('value'), { maxLength: 3 }).map((L) => ({ L })),
    tie('map').map((M) => ({ M })),
  ),
  map: fc.array(fc.tuple(text, tie('value')), { maxLength: 4 }).map((entries) => Object.fromEntries(entries)),
}));

export const arbitraryValue: fc.Arbitrary<AttributeValue> = value;

export const arbitraryItem: fc.Arbitrary<Item> = fc
  .array(fc.tuple(text, value), { maxLength: 4 })
  .map((entries) => Object.fromEntries(entries));

/** The same item, said otherwise: attributes and members of sets in reverse, numbers spelled anew. */
export function respelled(item: Item): Item {
  return Object.fromEntries(
    Object.entries(item)
      .reverse()
      .map(([name, one]) => [name, respelledValue(one)]),
  );
}

function respelledValue(one: AttributeValue): AttributeValue {
  if ('N' in one) return { N: respelledNumber(one.N) };
  if ('M' in one) return { M: respelled(one.M) };
  if ('L' in one) return { L: one.L.map(respelledValue) };
  if ('SS' in one) return { SS: one.SS.toReversed() };
  if ('NS' in one) return { NS: one.NS.toReversed().map(respelledNumber) };
  if ('BS' in one) return { BS: one.BS.toReversed() };
  return one;
}

function respelledNumber(text: string): string {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e');
  const sign = mantissa.startsWith('-') ? '-' : '+';
  const [whole = '', fraction = ''] = mantissa.replace(/^[+-]/, '').split('.');
  return `${sign}00${whole}${fraction}000E${Number(exponent) - fraction.length - 3}`;
}
