import fc from 'fast-check';
import { parseJson } from '../src/parse-json.js';

/** Names that V8 takes for each other: what is written, escapes and all, begins with another name. */
const name = fc.oneof(
  fc.constantFrom(
    '\\',
    '\n',
    '"',
    '\u0000',
    'a\\',
    'a\n',
    'a"',
    'C:\\\\tem',
    'C:\\temp',
    '~',
    '~~',
    '__proto__',
    '\ud800',
  ),
  fc.string({ unit: fc.constantFrom(...'ab:~"\\\n\t ,{}é\u0001') }),
  fc.string({ unit: 'binary' }),
);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    name,
    fc.constantFrom(null, true, 1.5, -1, ''),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.array(fc.tuple(name, tie('value')), { maxLength: 4 }).map((entries) => Object.fromEntries(entries) as unknown),
  ),
}));

test('a name that is written with an escape is itself, whatever names there were before', () => {
  for (const before of ['\\', 'a\\', 'C:\\\\tem']) parseJson(JSON.stringify({ [before]: 1 }));
  for (const each of ['\n', '"', 'a\n', 'a"', 'C:\\temp']) {
    for (const poisoned of ['\\', 'a\\', 'C:\\\\tem']) parseJson(JSON.stringify({ h: [], [poisoned]: 1 }));
    expect(parseJson(JSON.stringify({ h: 1, [each]: '\n' }))).toEqual({ h: 1, [each]: '\n' });
  }
});

test('every value comes back from its text, compact or indented', () => {
  fc.assert(
    fc.property(value, fc.constantFrom(undefined, 2, '\t\n'), (given, indent) => {
      const text = JSON.stringify(given, undefined, indent);
      expect(JSON.stringify(parseJson(text), undefined, indent)).toBe(text);
    }),
    { numRuns: 2_000 },
  );
});

test('what is no JSON is refused as JSON.parse refuses it', () => {
  fc.assert(
    fc.property(value, fc.nat(), fc.constantFrom('', '\\', '"', '{', ':', '\\u12'), (given, at, put) => {
      const text = JSON.stringify(given);
      const damaged = text.slice(0, at % (text.length + 1)) + put;
      const refused = (parse: (text: string) => unknown): boolean => {
        try {
          parse(damaged);
          return false;
        } catch (error) {
          return error instanceof SyntaxError;
        }
      };
      expect(refused(parseJson)).toBe(refused(JSON.parse));
    }),
    { numRuns: 1_000 },
  );
});
