import { z } from 'zod';
import { defaultBuckets } from '../../digest/digest.js';
import { bucketOf } from '../../digest/item-hash.js';
import { candidateOf, type Candidate, type Side } from '../../digest/reconcile.js';
import { CorruptDataError } from '../../errors.js';
import type { Ledger } from '../../ledger/ledger.js';
import type { View } from '../../migrations/expectation.js';
import { keyOf, type Item } from '../../stores/item.js';

/** Candidates of one document: with keys of DynamoDB's largest size, 3 KB each, far below 300 KB. */
const candidatesADocument = 50;

const candidatesSchema = z.object({
  unit: z.number().int(),
  /** Side, hash, key, and the end of its time to live where it has one. */
  candidates: z.array(
    z.union([
      z.tuple([z.enum(['expected', 'actual']), z.string(), z.string()]),
      z.tuple([z.enum(['expected', 'actual']), z.string(), z.string(), z.number()]),
    ]),
  ),
});

/** The documents of a slice begin with this; a table's name may hold anything, so its length comes first. */
function prefixOf(table: string, slice: number): string {
  return `candidates/${table.length}/${table}/${slice}/`;
}

/** Candidates of a page by slice: those of its items that lie in the buckets to be looked at. */
export type CandidatesBySlice = Map<number, Candidate[]>;

/**
 * Adds the candidates of one side of a page. A key's slice follows from the hash that its bucket follows from, so that
 * both sides of a key meet in one slice.
 */
export function addCandidates(
  found: CandidatesBySlice,
  { items, view, side }: { items: readonly Item[]; view: Pick<View, 'key' | 'ttlAttribute'>; side: Side },
  { buckets, slices }: { buckets: ReadonlySet<number>; slices: number },
): void {
  for (const item of items) {
    const key = keyOf(item, view.key);
    const place = bucketOf(key, defaultBuckets * slices);
    if (!buckets.has(place % defaultBuckets)) continue;
    const slice = Math.floor(place / defaultBuckets);
    const candidates = found.get(slice) ?? [];
    candidates.push(candidateOf(key, item, side, view.ttlAttribute));
    found.set(slice, candidates);
  }
}

/** Writes the candidates of a page, which `page` names among all pages of its unit; durable when it returns. */
export async function keepCandidates(
  ledger: Ledger,
  scope: string,
  { table, unit, page }: { table: string; unit: number; page: string },
  found: CandidatesBySlice,
): Promise<void> {
  for (const [slice, candidates] of found)
    for (let at = 0; at < candidates.length; at += candidatesADocument) {
      const some = candidates.slice(at, at + candidatesADocument).map(toTuple);
      await ledger.putDocument(scope, `${prefixOf(table, slice)}${unit}-${page}-${at}`, { unit, candidates: some });
    }
}

/**
 * The candidates of a slice of a table, each once: a unit that was interrupted reads its last pages again and keeps them
 * again. What two units found alike is there twice in the table, and stays.
 */
export async function candidatesIn(
  ledger: Ledger,
  scope: string,
  table: string,
  slice: number,
): Promise<Iterable<Candidate>> {
  const candidates = new Map<string, Candidate>();
  for await (const { name, body } of ledger.documents(scope, prefixOf(table, slice))) {
    const parsed = candidatesSchema.safeParse(body);
    if (!parsed.success) throw new CorruptDataError(`${name} in the ledger does not parse`);
    for (const [side, hash, key, expiresMs] of parsed.data.candidates) {
      const candidate = { side, hash, key, ...(expiresMs === undefined ? {} : { expiresMs }) };
      candidates.set(`${parsed.data.unit} ${side} ${hash} ${key}`, candidate);
    }
  }
  return candidates.values();
}

function toTuple({ side, hash, key, expiresMs }: Candidate): (string | number)[] {
  return expiresMs === undefined ? [side, hash, key] : [side, hash, key, expiresMs];
}
