import type { Item, ItemKey } from '../stores/item.js';
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
}

export function candidateOf(key: ItemKey, item: Item, side: Side): Candidate {
  return { key: keyToText(key), hash: Buffer.from(hashItem(item)).toString('hex'), side };
}

/** The keys that differ, each list in order of the key's text and cut at the limit; the counts are of all. */
export interface Reconciled {
  readonly missing: readonly string[];
  readonly extra: readonly string[];
  readonly changed: readonly string[];
  /** Of the missing ones: keys that more than one expected item has, so that one took the place of the other. */
  readonly collided: readonly string[];
  readonly counts: { readonly missing: number; readonly extra: number; readonly changed: number };
}

/**
 * Names what differs: candidates of one key and one hash on both sides cancel each other; what is left on both sides of
 * a key is a change, on one side alone missing or extra. The order of the candidates does not matter. Memory: one entry a
 * key and a hash for each open difference, so at most what `chooseBuckets` let through; `namesAtMost` bounds each list.
 */
export function reconcile(candidates: Iterable<Candidate>, namesAtMost = Number.POSITIVE_INFINITY): Reconciled {
  const open = new Map<string, OpenKey>();
  for (const candidate of candidates) take(open, candidate);
  const found = { missing: new Set<string>(), extra: new Set<string>(), changed: new Set<string>() };
  const collided: string[] = [];
  const counts = { missing: 0, extra: 0, changed: 0 };
  for (const [key, { balance, expectedItems }] of open) {
    const { expected, actual } = leftOf(balance);
    const changed = Math.min(expected, actual);
    const left = { changed, missing: expected - changed, extra: actual - changed };
    for (const kind of ['missing', 'extra', 'changed'] as const) {
      counts[kind] += left[kind];
      if (left[kind] > 0) found[kind].add(key);
    }
    if (left.missing > 0 && expectedItems > 1) collided.push(key);
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
  readonly balance: Map<string, number>;
  expectedItems: number;
}

function take(open: Map<string, OpenKey>, { key, hash, side }: Candidate): void {
  const entry = open.get(key) ?? { balance: new Map<string, number>(), expectedItems: 0 };
  const balance = (entry.balance.get(hash) ?? 0) + (side === 'expected' ? 1 : -1);
  if (balance === 0) entry.balance.delete(hash);
  else entry.balance.set(hash, balance);
  if (side === 'expected') entry.expectedItems += 1;
  open.set(key, entry);
}

function leftOf(balance: ReadonlyMap<string, number>): { expected: number; actual: number } {
  let expected = 0;
  let actual = 0;
  for (const count of balance.values()) {
    if (count > 0) expected += count;
    else actual -= count;
  }
  return { expected, actual };
}
