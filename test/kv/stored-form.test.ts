import fc from 'fast-check';
import { fromStoredForm, readableBytes, toStoredForm } from '../../src/kv/stored-form.js';

const given = fc.uint8Array({ maxLength: 8 });

describe('stored form', () => {
  test('is one byte and what was given, so that it is never empty', () => {
    expect([...toStoredForm(new Uint8Array())]).toEqual([0x2f]);
    fc.assert(fc.property(given, (bytes) => expect(fromStoredForm(toStoredForm(bytes))).toEqual(bytes)));
  });

  test('keeps the order of what was given', () => {
    fc.assert(
      fc.property(given, given, (a, b) => {
        expect(Buffer.compare(toStoredForm(a), toStoredForm(b))).toBe(Buffer.compare(a, b));
      }),
    );
  });

  test('gives back a copy of its own', () => {
    const stored = Buffer.from('/abc');
    const bytes = fromStoredForm(stored);
    stored.fill(0);
    expect(Buffer.from(bytes).toString()).toBe('abc');
  });

  test('shows text as text, other bytes in hexadecimal, and cuts what is long', () => {
    const shown = (bytes: string | number[]): string => readableBytes(Buffer.from(bytes as string));
    expect(shown('state')).toBe('"state"');
    expect(shown([0, 255])).toBe('0x00ff');
    expect(shown('x'.repeat(61))).toBe(`"${'x'.repeat(60)}…"`);
    expect(shown('\n'.repeat(31))).toBe(`0x${'0a'.repeat(30)}…`);
  });
});
