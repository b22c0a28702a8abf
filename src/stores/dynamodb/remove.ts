import type { ItemKey } from '../item.js';
import { type BatchDependencies, type BatchEntry, batchItems, deleteOf, sendBatch } from './batch.js';
import { keyIdentity } from './key-identity.js';
import type { TableForm } from './table-form.js';

export interface RemoveDependencies extends Omit<BatchDependencies, 'spend' | 'signal' | 'storedKey'> {
  readonly form: TableForm;
}

/** Deletes the items of these logical keys, batch by batch. Absent ones are no error, and a key may be named twice. */
export async function removeItems(dependencies: RemoveDependencies, keys: readonly ItemKey[]): Promise<void> {
  const { table, form } = dependencies;
  const { storedKey } = form;
  const entries = new Map<string, BatchEntry>();
  for (const key of keys) {
    const stored = form.store(key);
    entries.set(keyIdentity(table, stored, storedKey), deleteOf(stored));
  }
  const all = [...entries.values()];
  for (let at = 0; at < all.length; at += batchItems) {
    await sendBatch({ ...dependencies, storedKey, spend: () => undefined }, all.slice(at, at + batchItems));
  }
}
