import fc from 'fast-check';
import { createDigest, digestFromBytes, type Digest } from '../../src/digest/digest.js';
import { bucketOf, hashItem } from '../../src/digest/item-hash.js';
import { CorruptDataError } from '../../src/errors.js';
import { keyOf, type Item } from '../../src/stores/item.js';
import { arbitraryItem, respelled } from './arbitrary-item.js';

const id = [{ name: 'id' }];
const buckets = 16;

const withId = (item: Item, at: number): Item => ({ ...item, id: { S: `${at}` } });

const arbitraryItems = fc.array(arbitraryItem, { maxLength: 12 }).map((items) => items.map(withId));

function digestOf(items: readonly Item[]): Digest {
  const digest = createDigest(buckets);
  for (const item of items) digest.add(keyOf(item, id), item);
  return digest;
}

const merged = (...digests: Digest[]) => {
  const sum = createDigest(buckets);
  for (const digest of digests) sum.merge(digest);
  return sum;
};

const bytesOf = (digest: Digest) => Buffer.from(digest.toBytes()).toString('hex');

describe('a digest', () => {
  test('does not depend on the order of items, nor on how they are said', () => {
    const shuffled = arbitraryItems.chain((items) =>
      fc.tuple(fc.constant(items), fc.shuffledSubarray(items, { minLength: items.length })),
    );
    fc.assert(
      fc.property(shuffled, ([items, others]) => {
        const [digest, other] = [digestOf(items), digestOf(others.map(respelled))];
        expect(digest.equals(other)).toBe(true);
        expect(bytesOf(digest)).toBe(bytesOf(other));
        expect(digest.items).toBe(items.length);
      }),
    );
  });

  test('of segments, merged in any order and grouping, is the digest of the whole', () => {
    const split = fc.tuple(arbitraryItems, fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 12, maxLength: 12 }));
    fc.assert(
      fc.property(split, ([items, segmentOf]) => {
        const [a, b, c] = [0, 1, 2].map((segment) => digestOf(items.filter((_, at) => segmentOf[at] === segment)));
        if (a === undefined || b === undefined || c === undefined) throw new Error('three segments are made above');
        const whole = bytesOf(digestOf(items));
        expect(bytesOf(merged(a, b, c))).toBe(whole);
        expect(bytesOf(merged(c, merged(b, a)))).toBe(whole);
      }),
    );
  });

  test('goes on after it was saved as if it had not been', () => {
    fc.assert(
      fc.property(arbitraryItems, arbitraryItems, (before, after) => {
        const resumed = digestFromBytes(digestOf(before).toBytes());
        for (const item of after) resumed.add(keyOf(item, id), item);
        expect(resumed.items).toBe(before.length + after.length);
        expect(bytesOf(resumed)).toBe(bytesOf(digestOf([...before, ...after])));
      }),
    );
  });

  test('finds one item that is gone, added or altered, in the bucket of its key', () => {
    const altered = fc.tuple(
      arbitraryItems.filter((items) => items.length > 0),
      fc.nat(),
      fc.constantFrom('gone', 'added', 'altered'),
    );
    fc.assert(
      fc.property(altered, ([items, pick, kind]) => {
        const at = pick % items.length;
        const item = items[at] as Item;
        const other = {
          gone: items.toSpliced(at, 1),
          added: [...items, item],
          altered: items.with(at, { ...item, 'one more': { NULL: true } }),
        }[kind];
        const differing = digestOf(items).differingBuckets(digestOf(other));
        expect(differing).toEqual([bucketOf(keyOf(item, id), buckets)]);
      }),
    );
  });

  test.each<[string, Item, Item]>([
    ['the 38th digit of a number', { n: { N: `${'9'.repeat(37)}1` } }, { n: { N: `${'9'.repeat(37)}2` } }],
    ['one bit of a binary', { b: { B: Uint8Array.of(1, 2, 4) } }, { b: { B: Uint8Array.of(1, 2, 5) } }],
    ['the order of a list', { l: { L: [{ S: 'a' }, { S: 'b' }] } }, { l: { L: [{ S: 'b' }, { S: 'a' }] } }],
  ])('finds %s', (_, a, b) => {
    expect(digestOf([withId(a, 1)]).equals(digestOf([withId(b, 1)]))).toBe(false);
  });

  test('finds two items that swapped what they hold', () => {
    const [one, two]: Item[] = [{ v: { S: 'x' } }, { v: { S: 'y' } }];
    const before = digestOf([withId(one as Item, 1), withId(two as Item, 2)]);
    expect(before.equals(digestOf([withId(two as Item, 1), withId(one as Item, 2)]))).toBe(false);
  });

  test('adds with carries through all 128 bits, modulo 2^128', () => {
    // A bucket whose sum is 2^128 - 1, doubled: 2^128 - 2, and once more: 2^128 - 3.
    const ones = digestFromBytes(Uint8Array.of(1, 1, 1, 0, 1, ...new Array<number>(16).fill(0xff)));
    ones.merge(digestFromBytes(ones.toBytes()));
    expect([...ones.toBytes()]).toEqual([1, 1, 1, 0, 2, 0xfe, ...new Array<number>(15).fill(0xff)]);
    ones.merge(digestFromBytes(Uint8Array.of(1, 1, 1, 0, 1, 2, ...new Array<number>(15).fill(0))));
    expect([...ones.toBytes()]).toEqual([1, 1, 1, 0, 3, ...new Array<number>(16).fill(0)]);
  });

  // Saved digests are compared by later releases too: how a hash becomes a sum must not change.
  test('of one item is the hash of that item', () => {
    const item = withId({ n: { N: '1' } }, 1);
    const digest = createDigest(1);
    digest.add(keyOf(item, id), item);
    expect([...digest.toBytes()]).toEqual([1, 1, 1, 0, 1, ...hashItem(item)]);
  });

  test('agrees with sums in integers of any size', () => {
    const words = fc.array(fc.uint8Array({ minLength: 16, maxLength: 16 }), { minLength: 1, maxLength: 8 });
    const number = (bytes: Uint8Array) => BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`);
    fc.assert(
      fc.property(words, (hashes) => {
        const digest = createDigest(1);
        for (const hash of hashes) digest.merge(digestFromBytes(Uint8Array.of(1, 1, 1, 0, 1, ...hash)));
        const sum = hashes.reduce((total, hash) => total + number(hash), 0n) % 2n ** 128n;
        expect(number(digest.toBytes().subarray(5))).toBe(sum);
      }),
    );
  });

  test('does not confuse a bucket that cancels to zero with an empty one', () => {
    const zero = digestFromBytes(Uint8Array.of(1, 1, 1, 0, 1, ...new Array<number>(16).fill(0)));
    expect(zero.differingBuckets(createDigest(1))).toEqual([0]);
  });

  test('refuses to meet a digest of another number of buckets', () => {
    const [a, b] = [createDigest(8), createDigest(16)];
    expect(() => a.merge(b)).toThrow(CorruptDataError);
    expect(() => a.equals(b)).toThrow('8 and 16 buckets');
    expect(() => createDigest(0)).toThrow(RangeError);
    expect(() => createDigest(65_537)).toThrow(RangeError);
  });
});
