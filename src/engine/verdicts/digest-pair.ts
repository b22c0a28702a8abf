import { createDigest, digestFromBytes, type Digest } from '../../digest/digest.js';
import { CorruptDataError } from '../../errors.js';

/** The digests of both sides as one unit saw them. */
export interface DigestPair {
  readonly expected: Digest;
  readonly actual: Digest;
}

export function createDigestPair(): DigestPair {
  return { expected: createDigest(), actual: createDigest() };
}

/** Four bytes for the length of the first digest, big-endian, then both. */
export function digestPairToBytes({ expected, actual }: DigestPair): Uint8Array {
  const [first, second] = [expected.toBytes(), actual.toBytes()];
  const bytes = new Uint8Array(4 + first.length + second.length);
  new DataView(bytes.buffer).setUint32(0, first.length);
  bytes.set(first, 4);
  bytes.set(second, 4 + first.length);
  return bytes;
}

/** The pair again; an empty one of a unit without a checkpoint. Throws CorruptDataError for anything else. */
export function digestPairFromBytes(bytes: Uint8Array | undefined): DigestPair {
  if (bytes === undefined) return createDigestPair();
  if (bytes.length < 4) throw new CorruptDataError('a checkpoint of validation holds no digest');
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  return {
    expected: digestFromBytes(bytes.subarray(4, 4 + length)),
    actual: digestFromBytes(bytes.subarray(4 + length)),
  };
}
