import fc from 'fast-check';
import { chooseBuckets } from '../../src/digest/choose-buckets.js';
import { digestFromBytes } from '../../src/digest/digest.js';
import { encodeDigest } from '../../src/digest/digest-bytes.js';

/** A digest of these counts, whose sums say `content`. */
function digestOf(counts: readonly number[], content: readonly number[] = counts) {
  const sums = Uint32Array.from(
    content.flatMap((word, bucket) => (counts[bucket] === 0 ? [0, 0, 0, 0] : [word, 0, 0, 0])),
  );
  return digestFromBytes(encodeDigest({ sums, counts: Float64Array.from(counts) }));
}

describe('chooseBuckets', () => {
  test('chooses nothing where nothing differs', () => {
    const choice = chooseBuckets(digestOf([1, 2]), digestOf([1, 2]), 10);
    expect(choice).toEqual({
      buckets: [],
      complete: true,
      items: 0,
      rest: { buckets: 0, missing: 0, extra: 0, differing: 0 },
    });
  });

  test('chooses all differing buckets that fit, both sides counted', () => {
    const choice = chooseBuckets(digestOf([5, 2, 3, 4]), digestOf([4, 2, 4, 4], [0, 2, 0, 9]), 24);
    expect(choice).toMatchObject({ buckets: [0, 2, 3], complete: true, items: 24 });
  });

  test('leaves the largest out and says what their counts prove', () => {
    const expected = digestOf([100, 1, 60, 70, 50]);
    const actual = digestOf([90, 1, 67, 70, 50], [0, 8, 0, 8, 50]);
    expect(chooseBuckets(expected, actual, 2)).toEqual({
      buckets: [1],
      complete: false,
      items: 2,
      rest: { buckets: 3, missing: 10, extra: 7, differing: 18 },
    });
  });

  test('chooses one bucket even if it does not fit', () => {
    expect(chooseBuckets(digestOf([100, 90]), digestOf([99, 80]), 1)).toMatchObject({ buckets: [1], items: 170 });
  });

  test('always stays within the limit but for a single bucket, and leaves nothing out without saying so', () => {
    const counts = fc.array(fc.nat({ max: 9 }), { minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(counts, counts, fc.nat({ max: 100 }), (a, b, limit) => {
        const [expected, actual] = [digestOf(a), digestOf(b)];
        const choice = chooseBuckets(expected, actual, limit);
        const differing = expected.differingBuckets(actual);
        expect(choice.items <= limit || choice.buckets.length === 1).toBe(true);
        expect(choice.buckets.length + choice.rest.buckets).toBe(differing.length);
        expect(choice.complete).toBe(choice.rest.buckets === 0);
        expect(choice.buckets.length > 0).toBe(differing.length > 0);
        expect(differing).toEqual(expect.arrayContaining([...choice.buckets]));
      }),
    );
  });
});
