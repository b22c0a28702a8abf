import type { Digest } from './digest.js';

/** Which buckets to look into to name keys, and what is known of the others without looking. */
export interface BucketChoice {
  /** The buckets whose items become candidates, ascending. */
  readonly buckets: readonly number[];
  /** True when no differing bucket was left out: the candidates then name every difference. */
  readonly complete: boolean;
  /** How many items the chosen buckets hold, both sides together. */
  readonly items: number;
  readonly rest: DifferenceBounds;
}

/** What the counts of differing buckets prove: at least this many keys. */
export interface DifferenceBounds {
  readonly buckets: number;
  /** More items were expected than there are. */
  readonly missing: number;
  /** There are more items than were expected. */
  readonly extra: number;
  /** Keys that differ in any way. Where the counts agree and the sums do not, one key at least. */
  readonly differing: number;
}

/**
 * Chooses the differing buckets that can be looked at within `limitItems`, counted on both sides. The smallest go
 * first, so that as many as possible fit; one is chosen in any case, however large, so that a verdict always names a key.
 * Throws CorruptDataError when the digests have different numbers of buckets.
 */
export function chooseBuckets(expected: Digest, actual: Digest, limitItems: number): BucketChoice {
  const size = (bucket: number) => expected.count(bucket) + actual.count(bucket);
  const bySize = expected.differingBuckets(actual).toSorted((a, b) => size(a) - size(b) || a - b);
  let items = 0;
  let chosen = 0;
  for (const bucket of bySize) {
    if (chosen > 0 && items + size(bucket) > limitItems) break;
    items += size(bucket);
    chosen += 1;
  }
  return {
    buckets: bySize.slice(0, chosen).toSorted((a, b) => a - b),
    complete: chosen === bySize.length,
    items,
    rest: boundsOf(bySize.slice(chosen), expected, actual),
  };
}

function boundsOf(buckets: readonly number[], expected: Digest, actual: Digest): DifferenceBounds {
  const bounds = { buckets: buckets.length, missing: 0, extra: 0, differing: 0 };
  for (const bucket of buckets) {
    const surplus = actual.count(bucket) - expected.count(bucket);
    bounds.missing += Math.max(0, -surplus);
    bounds.extra += Math.max(0, surplus);
    bounds.differing += Math.max(1, Math.abs(surplus));
  }
  return bounds;
}
