import type { Item, ItemKey } from '../stores/item.js';
import { expiryOf, hasExpired } from './expiry.js';
import { hashItem } from './item-hash.js';
import { keyToText } from './key-json.js';

export type Side = 'expected' | 'actual';

/** An item of a bucket that differs, as Locate keeps it: about 100 bytes, JSON throughout. */
export interface Candidate {
  /** The key's JSON text, see key-json.ts. */
  readonly key: string;
  /** The item's 128-bit hash in hex. */
  readonly hash: string;
  readonly side: Side;
  /** When its time to live ends, epoch milliseconds. */
  readonly expiresMs?: number;
}

export function candidateOf(key: ItemKey, item: Item, side: Side, ttlAttribute?: string): Candidate {
  const expiresMs = ttlAttribute === undefined ? undefined : expiryOf(item, ttlAttribute);
  const hash = Buffer.from(hashItem(item)).toString('hex');
  return { key: keyToText(key), hash, side, ...(expiresMs === undefined ? {} : { expiresMs }) };
}

/** The keys that differ, each list in order of the key's text and cut at the limit; the counts are of all. */
export interface Reconciled {
  readonly missing: readonly string[];
  readonly extra: readonly string[];
  readonly changed: readonly string[];
  /** Of the missing and the changed ones: keys that several expected items have, so that one took the place of the other. */
  readonly collided: readonly string[];
  readonly counts: {
    readonly missing: number;
    readonly extra: number;
    readonly changed: number;
    /** Items that one side alone has and whose time to live has passed: no differences. */
    readonly expired: number;
  };
}

/**
 * Names what differs: candidates of one key and one hash on both sides cancel each other; what is left on both sides of
 * a key is a change, on one side alone missing or extra. An item of a key that the other side has not at all, and whose
 * time to live had passed at `nowMs` (epoch milliseconds), is neither: whichever store drops such items first, it may be
 * gone from one side already. The order of the candidates does not matter. Memory: one entry a key and a hash for each
 * open difference, so at most the candidates of one slice; `namesAtMost` bounds each list.
 */
export function reconcile(
  candidates: Iterable<Candidate>,
  namesAtMost = Number.POSITIVE_INFINITY,
  nowMs = Number.NEGATIVE_INFINITY,
): Reconciled {
  const open = new Map<string, OpenKey>();
  for (const candidate of candidates) take(open, candidate);
  const found = { missing: new Set<string>(), extra: new Set<string>(), changed: new Set<string>() };
  const collided: string[] = [];
  const counts = { missing: 0, extra: 0, changed: 0, expired: 0 };
  for (const [key, openKey] of open) {
    const { expected, actual, expired } = leftOf(openKey, nowMs);
    counts.expired += expired;
    const changed = Math.min(expected, actual);
    const left = { changed, missing: expected - changed, extra: actual - changed };
    for (const kind of ['missing', 'extra', 'changed'] as const) {
      counts[kind] += left[kind];
      if (left[kind] > 0) found[kind].add(key);
    }
    // Where each expected item is looked up, the one that is there is found for the other too: changed, not missing.
    if (left.missing + left.changed > 0 && openKey.expectedItems > 1) collided.push(key);
  }
  const first = (keys: Iterable<string>) => [...keys].sort().slice(0, namesAtMost);
  return {
    missing: first(found.missing),
    extra: first(found.extra),
    changed: first(found.changed),
    collided: first(collided),
    counts,
  };
}

/** What is known of a key so far. */
interface OpenKey {
  /** By hash: how many more expected than actual items there were; entries of 0 are removed. */
  readonly balance: Map<string, { readonly count: number; readonly expiresMs: number | undefined }>;
  expectedItems: number;
  actualItems: number;
}

function take(open: Map<string, OpenKey>, { key, hash, side, expiresMs }: Candidate): void {
  const entry: OpenKey = open.get(key) ?? { balance: new Map(), expectedItems: 0, actualItems: 0 };
  const count = (entry.balance.get(hash)?.count ?? 0) + (side === 'expected' ? 1 : -1);
  if (count === 0) entry.balance.delete(hash);
  else entry.balance.set(hash, { count, expiresMs });
  if (side === 'expected') entry.expectedItems += 1;
  else entry.actualItems += 1;
  open.set(key, entry);
}

function leftOf(
  { balance, expectedItems, actualItems }: OpenKey,
  nowMs: number,
): { expected: number; actual: number; expired: number } {
  const left = { expected: 0, actual: 0, expired: 0 };
  const oneSided = expectedItems === 0 || actualItems === 0;
  for (const { count, expiresMs } of balance.values()) {
    if (oneSided && hasExpired(expiresMs, nowMs)) left.expired += Math.abs(count);
    else if (count > 0) left.expected += count;
    else left.actual -= count;
  }
  return left;
}
