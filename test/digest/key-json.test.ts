import fc from 'fast-check';
import { keyFromJson, keyFromText, keyToJson, keyToText } from '../../src/digest/key-json.js';
import { CorruptDataError } from '../../src/errors.js';
import type { AttributeValue, Item } from '../../src/stores/item.js';
import { arbitraryItem, respelled } from './arbitrary-item.js';
import { equalItems } from './equal-items.js';

const arbitraryKey = arbitraryItem.map((item): Item =>
  Object.fromEntries(Object.entries(item).filter(([, value]) => 'S' in value || 'N' in value || 'B' in value)),
);

describe('a key as JSON', () => {
  test('reads as people write it', () => {
    const key = { tenant: { S: 'café' }, at: { N: '1.20E3' }, hash: { B: Uint8Array.of(0, 255) } };
    expect(keyToText(key)).toBe('{"at":{"N":"1200"},"hash":{"B":"AP8="},"tenant":"café"}');
  });

  test('has the same text exactly for equal keys', () => {
    fc.assert(
      fc.property(arbitraryKey, arbitraryKey, (a, b) => {
        expect(keyToText(a) === keyToText(b)).toBe(equalItems(a, b));
        expect(keyToText(respelled(a))).toBe(keyToText(a));
      }),
    );
  });

  test('gives the key back', () => {
    fc.assert(
      fc.property(arbitraryKey, (key) => {
        expect(equalItems(keyFromText(keyToText(key)), key)).toBe(true);
        expect(equalItems(keyFromJson(keyToJson(key)), key)).toBe(true);
      }),
    );
  });

  test('refuses attributes that no key has', () => {
    expect(() => keyToJson({ flag: { BOOL: true } })).toThrow('"flag"');
    expect(() => keyToJson({ flag: undefined as unknown as AttributeValue })).toThrow(CorruptDataError);
  });

  test.each([
    '',
    '[]',
    'null',
    '"a"',
    '1',
    '{"a":1}',
    '{"a":null}',
    '{"a":{"N":1}}',
    '{"a":{"N":"1","B":""}}',
    '{"a":{}}',
  ])('refuses to read %s', (text) => {
    expect(() => keyFromText(text)).toThrow(CorruptDataError);
  });
});
