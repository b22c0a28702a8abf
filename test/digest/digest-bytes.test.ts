import fc from 'fast-check';
import { decodeDigest, encodeDigest } from '../../src/digest/digest-bytes.js';
import { createDigest, digestFromBytes } from '../../src/digest/digest.js';
import { CorruptDataError } from '../../src/errors.js';

function filled(items: number, buckets = 1024) {
  const digest = createDigest(buckets);
  for (let at = 0; at < items; at += 1) digest.add({ id: { N: `${at}` } }, { id: { N: `${at}` } });
  return digest;
}

describe('the bytes of a digest', () => {
  test('give the same digest back', () => {
    const bucket = fc.tuple(
      fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 2 ** 48 })),
      fc.array(fc.nat({ max: 0xffffffff }), { minLength: 4, maxLength: 4 }),
    );
    fc.assert(
      fc.property(fc.array(bucket, { minLength: 1, maxLength: 300 }), (filling) => {
        const counts = Float64Array.from(filling, ([count]) => count);
        const sums = Uint32Array.from(filling.flatMap(([count, words]) => (count === 0 ? [0, 0, 0, 0] : words)));
        expect(decodeDigest(encodeDigest({ sums, counts }))).toEqual({ sums, counts });
      }),
    );
  });

  test('are few while few buckets hold anything, and at most 24 KB for 1,024', () => {
    expect(createDigest().toBytes().byteLength).toBe(4);
    expect(filled(10).toBytes().byteLength).toBeLessThan(250);
    expect(filled(20_000).toBytes().byteLength).toBeLessThan(24_000);
  });

  test('are read from the middle of another buffer', () => {
    const bytes = filled(100).toBytes();
    const around = Buffer.concat([Buffer.from('before'), bytes, Buffer.from('after')]);
    expect(digestFromBytes(around.subarray(6, 6 + bytes.byteLength)).equals(filled(100))).toBe(true);
  });

  test('cut short anywhere are refused', () => {
    const bytes = filled(5, 8).toBytes();
    for (let end = 0; end < bytes.byteLength; end += 1) {
      expect(() => digestFromBytes(bytes.subarray(0, end))).toThrow(CorruptDataError);
    }
  });

  test.each<[string, number[]]>([
    ['another version', [2, 1, 0]],
    ['no buckets', [1, 0, 0]],
    ['more buckets than there can be', [1, 0xff, 0xff, 0x7f, 0]],
    ['more filled buckets than buckets', [1, 2, 3]],
    ['a bucket beyond the last', [1, 2, 1, 2, 1, ...new Array<number>(16).fill(0)]],
    ['a filled bucket without items', [1, 1, 1, 0, 0, ...new Array<number>(16).fill(0)]],
    ['a number without an end', [1, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80]],
    ['a number longer than it need be', [1, 0x81, 0, 0]],
    ['bytes after the end', [1, 1, 0, 0]],
  ])('of %s are refused', (_, bytes) => {
    expect(() => digestFromBytes(Uint8Array.from(bytes))).toThrow(CorruptDataError);
  });

  test('are never taken for a digest that writes other bytes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constantFrom(0, 1, 0x80, 0x81), fc.nat({ max: 255 })), { maxLength: 60 }),
        (noise) => {
          const bytes = Uint8Array.of(1, ...noise);
          let again: Uint8Array;
          try {
            again = digestFromBytes(bytes).toBytes();
          } catch (error) {
            expect(error).toBeInstanceOf(CorruptDataError);
            return;
          }
          expect(again).toEqual(bytes);
        },
      ),
    );
  });
});
