import fc from 'fast-check';
import { escapeKeyText, unescapeKeyText } from '../../../../src/stores/postgres/values/key-text.js';

const character = fc.oneof(
  fc.constantFrom('\u0000', '\u0001', '\u0002', 'a'),
  fc.string({ unit: 'binary', maxLength: 1 }),
);
const text = fc.string({ unit: character, maxLength: 6 });

test('an escaped string has no U+0000 and is the string again', () => {
  fc.assert(
    fc.property(text, (given) => {
      expect(escapeKeyText(given)).not.toContain('\u0000');
      expect(unescapeKeyText(escapeKeyText(given))).toBe(given);
    }),
  );
});

test('escaping keeps the order of bytes', () => {
  const compare = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
  fc.assert(
    fc.property(text, text, (a, b) => {
      expect(compare(escapeKeyText(a), escapeKeyText(b))).toBe(compare(a, b));
    }),
  );
});

test('a text that somebody else wrote is left as it is', () => {
  expect(unescapeKeyText('\u0001x\u0001')).toBe('\u0001x\u0001');
});
