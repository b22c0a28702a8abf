import { CorruptDataError } from '../errors.js';
import type { Item, ItemKey } from '../stores/item.js';
import { canonicalItem } from './canonical.js';
import { decodeDigest, encodeDigest, mostBuckets } from './digest-bytes.js';
import { bucketOf, sha256 } from './item-hash.js';

/** Enough to narrow a difference down to a thousandth of a table, few enough to be saved with a checkpoint. */
export const defaultBuckets = 1024;

/** An empty digest of 1 to 65,536 buckets. Only digests of equally many buckets can be merged and compared. */
export function createDigest(buckets = defaultBuckets): Digest {
  if (!Number.isInteger(buckets) || buckets < 1 || buckets > mostBuckets) {
    throw new RangeError(`a digest has 1 to ${mostBuckets} buckets, not ${buckets}`);
  }
  return new Digest(new Uint32Array(buckets * 4), new Float64Array(buckets));
}

/** What `toBytes` gave. Throws CorruptDataError for anything else. */
export function digestFromBytes(bytes: Uint8Array): Digest {
  const { sums, counts } = decodeDigest(bytes);
  return new Digest(sums, counts);
}

/**
 * What a set of items adds up to: for each bucket of keys, how many items there are and the sum of their hashes modulo
 * 2^128. Addition does not care about order or grouping, so segments can be read in any order, by many workers, in many
 * calls, and be merged. About 24 bytes a bucket in memory, however many items are added.
 *
 * The sum is AdHash of Bellare and Micciancio ("A New Paradigm for Collision-Free Hashing: Incrementality at Reduced
 * Cost", EUROCRYPT 1997). Two different sets that nobody chose with intent agree in a bucket with a chance of 2^-128.
 * It is no seal against an adversary who chooses the items: with enough of them, sums of 128 bits can be made to meet
 * in far fewer steps (Wagner, "A Generalized Birthday Problem", CRYPTO 2002), and nothing here is keyed. An
 * exclusive-or would be weaker still: an item that is there twice would cancel itself.
 */
export class Digest {
  #items: number;

  /** Use `createDigest` or `digestFromBytes`. `sums`: four words a bucket, the least significant first. */
  constructor(
    private readonly sums: Uint32Array,
    private readonly counts: Float64Array,
  ) {
    this.#items = counts.reduce((total, count) => total + count, 0);
  }

  get buckets(): number {
    return this.counts.length;
  }

  /** How many items were added in all. */
  get items(): number {
    return this.#items;
  }

  /** `key` decides the bucket alone; it is part of the item that is hashed. Throws CorruptDataError for unknown types. */
  add(key: ItemKey, item: Item): void {
    const hash = sha256(canonicalItem(item));
    this.#plus(bucketOf(key, this.buckets), 1, word(hash, 0), word(hash, 4), word(hash, 8), word(hash, 12));
    this.#items += 1;
  }

  /** Adds what `other` holds. Throws CorruptDataError when it has another number of buckets. */
  merge(other: Digest): void {
    this.#assertComparable(other);
    const theirs = other.sums;
    for (let bucket = 0, at = 0; bucket < this.buckets; bucket += 1, at += 4) {
      const [a, b, c, d] = [theirs[at] ?? 0, theirs[at + 1] ?? 0, theirs[at + 2] ?? 0, theirs[at + 3] ?? 0];
      this.#plus(bucket, other.count(bucket), a, b, c, d);
    }
    this.#items += other.items;
  }

  /** How many items of this bucket were added. */
  count(bucket: number): number {
    return this.counts[bucket] ?? 0;
  }

  /** The buckets that differ in count or sum, ascending. Throws CorruptDataError when the numbers of buckets differ. */
  differingBuckets(other: Digest): number[] {
    this.#assertComparable(other);
    const differing: number[] = [];
    for (let bucket = 0; bucket < this.buckets; bucket += 1) {
      if (this.#differsIn(bucket, other)) differing.push(bucket);
    }
    return differing;
  }

  equals(other: Digest): boolean {
    return this.differingBuckets(other).length === 0;
  }

  /** 18 to 20 bytes for each bucket that holds anything: 20 KB when all of 1,024 do. For the layout see digest-bytes.ts. */
  toBytes(): Uint8Array {
    return encodeDigest({ sums: this.sums, counts: this.counts });
  }

  #differsIn(bucket: number, other: Digest): boolean {
    if (this.counts[bucket] !== other.counts[bucket]) return true;
    for (let at = bucket * 4; at < bucket * 4 + 4; at += 1) if (this.sums[at] !== other.sums[at]) return true;
    return false;
  }

  /** Adds a 128-bit number with its carries; a word holds what is left modulo 2^32. */
  #plus(bucket: number, count: number, a: number, b: number, c: number, d: number): void {
    const { sums } = this;
    const at = bucket * 4;
    let carried = (sums[at] ?? 0) + a;
    sums[at] = carried;
    carried = (sums[at + 1] ?? 0) + b + (carried > 0xffffffff ? 1 : 0);
    sums[at + 1] = carried;
    carried = (sums[at + 2] ?? 0) + c + (carried > 0xffffffff ? 1 : 0);
    sums[at + 2] = carried;
    sums[at + 3] = (sums[at + 3] ?? 0) + d + (carried > 0xffffffff ? 1 : 0);
    this.counts[bucket] = this.count(bucket) + count;
  }

  #assertComparable(other: Digest): void {
    if (this.buckets === other.buckets) return;
    throw new CorruptDataError(`digests of ${this.buckets} and ${other.buckets} buckets cannot be compared`);
  }
}

/** Four bytes, one character each, as an unsigned number, the least significant first. */
function word(bytes: string, at: number): number {
  const high = (bytes.charCodeAt(at + 2) << 16) | (bytes.charCodeAt(at + 3) << 24);
  return (bytes.charCodeAt(at) | (bytes.charCodeAt(at + 1) << 8) | high) >>> 0;
}
