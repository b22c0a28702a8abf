import fc from 'fast-check';

/** Texts as PostgreSQL takes them, for each type; they cover the ends of its range and what needs quotes or escapes. */
export interface TypeTexts {
  readonly type: string;
  readonly texts: fc.Arbitrary<string>;
}

const string = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    'NULL',
    'null',
    '\\N',
    '\\.',
    '\t',
    '\n',
    '\r\n',
    '\\',
    '"',
    "'",
    '{',
    '}',
    ',',
    '\u0001',
    '𝒳',
    'é',
    'e\u0301',
  ),
  fc.string({ unit: 'binary', maxLength: 8 }).map((text) => text.replaceAll('\u0000', '')),
);
const two = (value: number) => String(value).padStart(2, '0');
const upTo = (max: number) => fc.integer({ min: 0, max });
const micros = upTo(999_999).map((value) => String(value).padStart(6, '0'));
const clock = fc
  .tuple(upTo(23), upTo(59), upTo(59), micros)
  .map(([h, m, s, us]) => `${two(h)}:${two(m)}:${two(s)}.${us}`);
const day = fc
  .tuple(
    fc.integer({ min: 1, max: 4700 }),
    fc.integer({ min: 1, max: 12 }),
    fc.integer({ min: 1, max: 28 }),
    fc.boolean(),
  )
  .map(([y, m, d, bc]) => [`${String(y).padStart(4, '0')}-${two(m)}-${two(d)}`, bc ? ' BC' : ''] as const);
const date = fc.oneof(
  fc.constantFrom('infinity', '-infinity', '5874897-12-31', '4713-01-01 BC'),
  day.map((parts) => parts.join('')),
);
const zone = fc
  .tuple(fc.constantFrom('+', '-'), upTo(14), fc.constantFrom(0, 30, 45))
  .map(([sign, h, m]) => `${sign}${two(h)}:${two(m)}`);
const timestamp = fc.oneof(
  fc.constantFrom('infinity', '-infinity', '294276-12-31 23:59:59.999999', '4713-01-01 00:00:00 BC'),
  fc.tuple(day, clock).map(([[ymd, era], time]) => `${ymd} ${time}${era}`),
);
const instant = fc.oneof(
  fc.constantFrom('infinity', '-infinity'),
  fc.tuple(day, clock, zone).map(([[ymd, era], time, offset]) => `${ymd} ${time}${offset}${era}`),
);
const part = fc.integer({ min: -1000, max: 1000 });
const interval = fc.oneof(
  fc.constantFrom('infinity', '-infinity', '0', '-0.000001 s'),
  fc
    .tuple(part, part, part, part, fc.integer({ min: -10_000_000, max: 10_000_000 }))
    .map(([y, mon, d, h, us]) => `${y} y ${mon} mon ${d} d ${h} h ${us} us`),
);
const whole = (bits: number) =>
  fc.bigInt({ min: -(2n ** BigInt(bits - 1)), max: 2n ** BigInt(bits - 1) - 1n }).map(String);
const numeric = fc.oneof(
  fc.constantFrom(
    'NaN',
    'Infinity',
    '-Infinity',
    '0',
    '0.000',
    '1.10',
    '1e-130',
    '9.99e125',
    '1e126',
    '1e-131',
    '123456789012345678901234567890123456789',
  ),
  fc.bigInt({ min: -(10n ** 45n), max: 10n ** 45n }).map(String),
  fc
    .tuple(fc.bigInt({ min: -(10n ** 38n), max: 10n ** 38n }), fc.integer({ min: -140, max: 130 }))
    .map(([digits, power]) => `${digits}e${power}`),
);
const float = (value: number) => (Object.is(value, -0) ? '-0' : String(value));
const float8 = fc
  .oneof(fc.constantFrom(0, -0, NaN, Infinity, -Infinity, 5e-324, Number.MAX_VALUE, 1e125, 1e126, 1e-131), fc.double())
  .map(float);
const float4 = fc.float().map(float);
const hex = fc.uint8Array({ maxLength: 12 }).map((bytes) => `\\x${Buffer.from(bytes).toString('hex')}`);
const bits = fc.string({ unit: fc.constantFrom('0', '1'), maxLength: 12 });
const json = fc
  .oneof(fc.constantFrom('null', '"\\u00e9"', ' {"b": 1, "a" :[ ] , "b":2}', '1.10', '1e400'), fc.json())
  .filter((text) => !text.includes('\\u0000') && text.isWellFormed() && !/\\u[dD][89abAB]/.test(text));
const mood = fc.constantFrom('sad', 'very, "happy"', 'NULL', '{}');
const ip = fc.oneof(fc.ipV4(), fc.ipV6());

const quoted = (text: string) => `"${text.replace(/["\\]/g, '\\$&')}"`;
const arrayOf = (elements: fc.Arbitrary<string>) =>
  fc
    .array(fc.option(elements, { freq: 4 }), { maxLength: 4 })
    .map((values) => `{${values.map((value) => (value === null ? 'NULL' : quoted(value))).join(',')}}`);
const shaped = fc.constantFrom('{{1,2},{3,NULL}}', '[0:1]={1,2}', '[-2:-1][3:3]={{1},{2}}', '{}', '{{{1}}}');
/** Ranges open on one side: their ends are in order whatever they are. */
const openRangeOf = (ends: fc.Arbitrary<string>) =>
  fc
    .tuple(ends, fc.boolean(), fc.constantFrom('[', '('), fc.constantFrom(']', ')'))
    .map(([end, low, open, close]) => `${open}${low ? quoted(end) : ''},${low ? '' : quoted(end)}${close}`);
const rising = fc.tuple(whole(32), whole(32)).map(([a, b]) => (BigInt(a) < BigInt(b) ? `[${a},${b})` : `[${b},${a})`));

export const types: readonly TypeTexts[] = [
  { type: 'int2', texts: whole(16) },
  { type: 'int4', texts: whole(32) },
  { type: 'int8', texts: whole(64) },
  { type: 'oid', texts: upTo(4_294_967_295).map(String) },
  { type: 'numeric', texts: numeric },
  {
    type: 'numeric(10,2)',
    texts: fc.oneof(
      fc.constant('NaN'),
      upTo(999_999_999).map((value) => String(value / 100)),
    ),
  },
  { type: 'float4', texts: float4 },
  { type: 'float8', texts: float8 },
  {
    type: 'money',
    texts: whole(64).map(
      (cents) =>
        `${BigInt(cents) / 100n}.${two(Number(BigInt(cents) % 100n < 0n ? -(BigInt(cents) % 100n) : BigInt(cents) % 100n))}`,
    ),
  },
  { type: 'bool', texts: fc.constantFrom('t', 'f') },
  { type: 'text', texts: string },
  { type: 'varchar(5)', texts: string.map((text) => [...text].slice(0, 5).join('')) },
  { type: 'char(5)', texts: string.map((text) => [...text].slice(0, 5).join('')) },
  { type: 'name', texts: string },
  { type: '"char"', texts: fc.constantFrom('', 'a', '\\') },
  { type: 'ext.citext', texts: string },
  { type: 'ext.hstore', texts: fc.constantFrom('', 'a=>1', '"a b"=>NULL, c=>"\\"x\\\\"') },
  { type: 'bytea', texts: hex },
  { type: 'json', texts: json },
  { type: 'jsonb', texts: json },
  { type: 'uuid', texts: fc.uuid() },
  { type: 'date', texts: date },
  { type: 'time', texts: fc.oneof(fc.constant('24:00:00'), clock) },
  { type: 'timetz', texts: fc.tuple(clock, zone).map((parts) => parts.join('')) },
  { type: 'timestamp', texts: timestamp },
  { type: 'timestamptz', texts: instant },
  { type: 'timestamptz(3)', texts: instant },
  { type: 'interval', texts: interval },
  { type: 'mood', texts: mood },
  { type: 'short', texts: fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 3 }) },
  { type: 'pair', texts: fc.tuple(whole(32), string).map(([a, b]) => `(${a},${quoted(b)})`) },
  { type: 'int8range', texts: fc.oneof(fc.constant('empty'), rising) },
  {
    type: 'int4multirange',
    texts: fc
      .array(
        rising.filter((text) => !text.includes('2147483647')),
        { maxLength: 3 },
      )
      .map((ranges) => `{${ranges.join(',')}}`),
  },
  { type: 'tstzrange', texts: openRangeOf(instant) },
  { type: 'inet', texts: ip },
  { type: 'cidr', texts: ip },
  { type: 'macaddr', texts: fc.constantFrom('08:00:2b:01:02:03') },
  { type: 'bit(4)', texts: bits.map((text) => text.padEnd(4, '0').slice(0, 4)) },
  { type: 'varbit', texts: bits },
  { type: 'point', texts: fc.tuple(float8, float8).map(([x, y]) => `(${x},${y})`) },
  { type: 'box', texts: fc.constantFrom('(2,2),(1,1)') },
  { type: 'tsvector', texts: fc.constantFrom('', "'a':1A,2 'b c':3", "'it''s'") },
  { type: 'tsquery', texts: fc.constantFrom("'a' & !'b'", "'x':*AB") },
  {
    type: 'xml',
    texts: fc.constantFrom('<a b="1">&lt;</a>', 'text <b/>', '<?xml version="1.0" standalone="yes"?><a/>'),
  },
  { type: 'int2vector', texts: fc.constantFrom('1 2 3', '') },
  { type: 'int4[]', texts: fc.oneof(shaped, arrayOf(whole(32))) },
  { type: 'numeric[]', texts: arrayOf(numeric) },
  { type: 'float8[]', texts: arrayOf(float8) },
  { type: 'text[]', texts: arrayOf(string) },
  { type: 'text[]', texts: fc.constantFrom('{{a,"b}"},{NULL,"NULL"}}', '{"{a}"}', '[2:2]={x}') },
  { type: 'bytea[]', texts: arrayOf(hex) },
  { type: 'bool[]', texts: arrayOf(fc.constantFrom('t', 'f')) },
  { type: 'jsonb[]', texts: arrayOf(json) },
  { type: 'timestamptz[]', texts: arrayOf(instant) },
  { type: 'mood[]', texts: arrayOf(mood) },
  { type: 'short[]', texts: arrayOf(fc.constantFrom('a', 'b"c', ',')) },
  { type: 'pair[]', texts: arrayOf(fc.constantFrom('(1,a)', '(,)')) },
  { type: 'box[]', texts: fc.constantFrom('{(2,2),(1,1);(4,4),(3,3)}', '{}') },
  { type: 'int8range[]', texts: arrayOf(rising) },
  { type: 'numbers', texts: fc.oneof(shaped, arrayOf(whole(32))) },
];

/** The types of the list that are not PostgreSQL's own. */
export const definitions = `
  CREATE SCHEMA ext;
  CREATE EXTENSION citext SCHEMA ext;
  CREATE EXTENSION hstore SCHEMA ext;
  CREATE TYPE mood AS ENUM ('sad', 'very, "happy"', 'NULL', '{}');
  CREATE DOMAIN short AS varchar(3) CHECK (length(VALUE) > 0);
  CREATE TYPE pair AS (a int, b text);
  CREATE DOMAIN numbers AS int[]`;
