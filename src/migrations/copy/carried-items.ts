import pMap from 'p-map';
import { isTransient, LeaseLostError } from '../../errors.js';
import type { Item } from '../../stores/item.js';
import { copyItem } from '../../stores/memory/copy-item.js';
import type { KeyColumn } from '../../stores/store.js';
import { assertItem } from './check-item.js';
import type { TableChange } from './table-changes.js';

/** An item of the source, and what becomes of it, or why nothing can. */
export type CarriedItem = { readonly source: Item } & (
  { readonly outputs: readonly Item[] } | { readonly error: unknown }
);

/** How many items a transform works on at a time, where it gives promises. */
const concurrency = 16;

/** What becomes of these items; `key` is that of the target. Throws for what would go well another time. */
export async function carriedItems(
  change: TableChange,
  key: readonly KeyColumn[],
  items: readonly Item[],
): Promise<CarriedItem[]> {
  if (change.transform === undefined && change.key === undefined)
    return items.map((source) => ({ source, outputs: [source] }));
  return await pMap(items, (source) => carriedItem(change, key, source), { concurrency });
}

async function carriedItem(change: TableChange, key: readonly KeyColumn[], source: Item): Promise<CarriedItem> {
  try {
    return { source, outputs: await outputsOf(change, key, source) };
  } catch (error) {
    if (isTransient(error) || error instanceof LeaseLostError) throw error;
    return { source, error };
  }
}

/** Throws what the transform throws, and ItemRefusedError for what is no item of the target. */
export async function outputsOf(
  change: TableChange,
  key: readonly KeyColumn[],
  source: Item,
): Promise<readonly Item[]> {
  // A copy: what a transform does to it must not be what is kept as the source's item.
  const made = change.transform === undefined ? source : await change.transform(copyItem(source));
  if (made === undefined) return [];
  const outputs: readonly unknown[] = Array.isArray(made) ? made : [made];
  for (const output of outputs) assertItem(output, key);
  return outputs as readonly Item[];
}
