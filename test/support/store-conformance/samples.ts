import fc from 'fast-check';
import type { AttributeValue, Item } from '../../../src/stores/item.js';

const everyByte = Uint8Array.from({ length: 256 }, (_, index) => index);

/** Every type of value, and what each has at its edges. */
export const values: Readonly<Record<string, AttributeValue>> = {
  text: { S: 'text' },
  'empty text': { S: '' },
  'any Unicode': { S: '\u00e9 e\u0301 𝒳 \u0000 \uffff \u2028 "quoted" \\ \n \r\t \u007f ∅ 👩‍👩‍👧 \ufeff' },
  'text like JSON': { S: '{"S":"x"}' },
  'text like a number': { S: '1.0' },
  bytes: { B: everyByte },
  'empty bytes': { B: new Uint8Array() },
  'a slice of a larger buffer': { B: everyByte.subarray(100, 110) },
  true: { BOOL: true },
  false: { BOOL: false },
  null: { NULL: true },
  'a set of texts': { SS: ['b', 'a', 'é', '𝒳'] },
  'a set of numbers': { NS: ['3', '-1.5', '1E+30', '12345678901234567890123456789012345678'] },
  'a set of bytes': { BS: [everyByte, Uint8Array.of(0), Uint8Array.of(255, 0)] },
  'an empty list': { L: [] },
  'an empty map': { M: {} },
  'a list of all': { L: [{ S: '' }, { N: '0' }, { B: new Uint8Array() }, { BOOL: false }, { NULL: true }, { L: [] }] },
  nested: {
    M: { list: { L: [{ M: { set: { NS: ['1', '2'] }, inner: { M: {} } } }, { L: [{ L: [{ S: 'deep' }] }] }] } },
  },
};

/** DynamoDB's numbers: 38 digits, magnitudes from 1E-130 to 9.99…E+125. */
export const numbers = [
  '0',
  '1',
  '-1',
  '1.5',
  '9007199254740993',
  '0.1',
  '-0.00000000000000000000000000000000000001',
  '12345678901234567890123456789012345678',
  '-99999999999999999999999999999999999999',
  '1.2345678901234567890123456789012345678',
  '0.00012345678901234567890123456789012345678',
  '1E-130',
  '-1E-130',
  '1E+125',
  '9.9999999999999999999999999999999999999E+125',
  '-9.9999999999999999999999999999999999999E+125',
];

/** Names that imitate what JavaScript, SQL, JSON and DynamoDB's expressions hold special. */
export const names = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'a b',
  'a.b',
  'a[0]',
  '#n',
  ':v',
  '"quoted"',
  "o'clock",
  '\\',
  '\n',
  '\u00e9',
  'e\u0301',
  '𝒳',
  '\u0000',
  'S',
  'M',
  'item',
  'Item',
  'SELECT',
  'x'.repeat(255),
];

const text = fc.oneof(fc.constantFrom(...names), fc.string({ unit: 'binary', maxLength: 8 }));
const name = text.filter((value) => value !== '' && value !== 'id' && value.isWellFormed());
const string = text.filter((value) => value.isWellFormed());
const number = fc.oneof(
  fc.constantFrom(...numbers),
  fc
    .tuple(fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n }), fc.integer({ min: -130, max: 88 }))
    .map(([digits, exponent]) => `${digits}E${exponent}`),
  fc.integer().map(String),
);
const bytes = fc.uint8Array({ maxLength: 20 });
const set = { minLength: 1, maxLength: 4 };

const { value } = fc.letrec<{ value: AttributeValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    string.map((S) => ({ S })),
    number.map((N) => ({ N })),
    bytes.map((B) => ({ B })),
    fc.boolean().map((BOOL) => ({ BOOL })),
    fc.constant<AttributeValue>({ NULL: true }),
    fc.uniqueArray(string, set).map((SS) => ({ SS })),
    fc.uniqueArray(fc.integer(), set).map((NS) => ({ NS: NS.map(String) })),
    fc.uniqueArray(bytes, { ...set, selector: (member) => member.join() }).map((BS) => ({ BS })),
    fc.array(tie('value'), { maxLength: 4 }).map((L) => ({ L })),
    fc.array(fc.tuple(name, tie('value')), { maxLength: 4 }).map((entries) => ({ M: Object.fromEntries(entries) })),
  ),
}));

/** The attributes beside the key `id` of any item that DynamoDB can hold. */
export const attributes: fc.Arbitrary<Item> = fc
  .array(fc.tuple(name, value), { maxLength: 6 })
  .map((entries) => Object.fromEntries(entries));

/** An item of exactly `sizeBytes` as DynamoDB counts: the bytes of its names and values. */
export function itemOfSize(id: string, sizeBytes: number): Item {
  const body = sizeBytes - Buffer.byteLength(`id${id}body`);
  return { id: { S: id }, body: { B: Uint8Array.from({ length: body }, (_, index) => (index * 7919) % 251) } };
}
