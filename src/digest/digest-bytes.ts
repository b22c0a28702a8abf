import { CorruptDataError } from '../errors.js';

/** What a digest is made of: four words of 32 bits a bucket, the least significant first, and a count a bucket. */
export interface DigestParts {
  readonly sums: Uint32Array;
  readonly counts: Float64Array;
}

export const mostBuckets = 65_536;
/** Three hundred trillion items in one bucket: beyond any table, and exact in a float. */
export const mostItems = 2 ** 48;

const version = 1;
const sumBytes = 16;
/** A varint of what is at most 2^48: seven groups of seven bits. */
const varintBytes = 7;

/**
 * Version (1 byte), then varints: the number of buckets and of those that hold items. Then for each of these: how many
 * empty ones lie before it, its count (both varints), its sum (16 bytes, least significant first).
 */
export function encodeDigest({ sums, counts }: DigestParts): Uint8Array {
  const filled = counts.reduce((total, count) => total + (count > 0 ? 1 : 0), 0);
  const bytes = new Uint8Array(1 + 2 * varintBytes + filled * (2 * varintBytes + sumBytes));
  const view = new DataView(bytes.buffer);
  bytes[0] = version;
  let at = writeVarint(bytes, writeVarint(bytes, 1, counts.length), filled);
  let next = 0;
  for (let bucket = 0; bucket < counts.length; bucket += 1) {
    const count = counts[bucket] ?? 0;
    if (count === 0) continue;
    at = writeVarint(bytes, writeVarint(bytes, at, bucket - next), count);
    for (let word = 0; word < 4; word += 1) view.setUint32(at + word * 4, sums[bucket * 4 + word] ?? 0, true);
    at += sumBytes;
    next = bucket + 1;
  }
  return bytes.slice(0, at);
}

/** Throws CorruptDataError for what `encodeDigest` cannot have written. */
export function decodeDigest(bytes: Uint8Array): DigestParts {
  if (bytes[0] !== version) throw corrupt(`its version is ${bytes[0] ?? 'missing'}, this release reads ${version}`);
  const reader = new Reader(bytes);
  const buckets = reader.varint(1, mostBuckets);
  const filled = reader.varint(0, buckets);
  const parts = { sums: new Uint32Array(buckets * 4), counts: new Float64Array(buckets) };
  let next = 0;
  for (let entry = 0; entry < filled; entry += 1) {
    const bucket = next + reader.varint(0, buckets - 1 - next);
    parts.counts[bucket] = reader.varint(1, mostItems);
    for (let word = 0; word < 4; word += 1) parts.sums[bucket * 4 + word] = reader.word();
    next = bucket + 1;
  }
  reader.assertEnd();
  return parts;
}

function writeVarint(bytes: Uint8Array, start: number, value: number): number {
  let at = start;
  let rest = value;
  for (; rest >= 0x80; at += 1) {
    bytes[at] = (rest % 0x80) | 0x80;
    rest = Math.floor(rest / 0x80);
  }
  bytes[at] = rest;
  return at + 1;
}

class Reader {
  #at = 1;
  readonly #view: DataView;

  constructor(private readonly bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  varint(least: number, most: number): number {
    let value = 0;
    for (let group = 0; group < varintBytes; group += 1) {
      const byte = this.bytes[this.#at];
      if (byte === undefined) throw corrupt('it ends too early');
      this.#at += 1;
      value += (byte & 0x7f) * 0x80 ** group;
      if (byte >= 0x80) continue;
      if (byte === 0 && group > 0) throw corrupt(`a number is longer than it need be before byte ${this.#at}`);
      if (value < least || value > most) throw corrupt(`${value} is out of range before byte ${this.#at}`);
      return value;
    }
    throw corrupt(`a number is too long before byte ${this.#at}`);
  }

  word(): number {
    if (this.#at + 4 > this.bytes.byteLength) throw corrupt('it ends too early');
    const word = this.#view.getUint32(this.#at, true);
    this.#at += 4;
    return word;
  }

  assertEnd(): void {
    if (this.#at !== this.bytes.byteLength) throw corrupt(`${this.bytes.byteLength - this.#at} bytes follow its end`);
  }
}

function corrupt(reason: string): CorruptDataError {
  return new CorruptDataError(`a saved digest cannot be read: ${reason}`);
}
