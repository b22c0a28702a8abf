import { hash } from 'node:crypto';
import type { Item, ItemKey } from '../stores/item.js';
import { canonicalItem } from './canonical.js';

/** The length of an item's hash. */
export const hashBytes = 16;

/**
 * The first 128 bits of SHA-256 over the canonical form: equal items have equal hashes; that two of 10^9 different
 * items share one has a chance below 10^-20.
 */
export function hashItem(item: Item): Uint8Array {
  return Buffer.from(sha256(canonicalItem(item)), 'binary').subarray(0, hashBytes);
}

/** All 32 bytes, one character each: `hash` in one shot takes a third of `createHash`, and a string half of a buffer. */
export function sha256(canonical: string): string {
  if (canonical.isWellFormed()) return hash('sha256', canonical, 'binary');
  // UTF-8 would turn every lone surrogate into the same U+FFFD. The leading byte FF cannot begin UTF-8.
  return hash('sha256', Buffer.concat([Buffer.of(0xff), Buffer.from(canonical, 'utf16le')]), 'binary');
}

/**
 * The bucket, 0 to `buckets - 1`, of a key. Keys that are equal by value are in the same one. Buckets only narrow a
 * search down, so this is no cryptographic hash: FNV-1a with MurmurHash3's final mix, which spreads consecutive keys.
 * http://www.isthe.com/chongo/tech/comp/fnv/ and https://github.com/aappleby/smhasher (fmix32).
 */
export function bucketOf(key: ItemKey, buckets: number): number {
  const canonical = canonicalItem(key);
  let state = 0x811c9dc5;
  for (let at = 0; at < canonical.length; at += 1) state = Math.imul(state ^ canonical.charCodeAt(at), 0x01000193);
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  return ((state ^ (state >>> 16)) >>> 0) % buckets;
}
