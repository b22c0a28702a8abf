import type { WriteRequest } from '@aws-sdk/client-dynamodb';
import type { ItemKey } from '../item.js';
import { batchItems, type BatchDependencies, sendBatch } from './batch.js';
import { keyIdentity } from './key-identity.js';
import type { TableForm } from './table-form.js';

export interface RemoveDependencies extends Omit<BatchDependencies, 'spend' | 'signal' | 'storedKey'> {
  readonly form: TableForm;
}

/** Deletes the items of these logical keys, batch by batch. Absent ones are no error, and a key may be named twice. */
export async function removeItems(dependencies: RemoveDependencies, keys: readonly ItemKey[]): Promise<void> {
  const { table, form } = dependencies;
  const { storedKey } = form;
  const requests = new Map<string, WriteRequest>();
  for (const key of keys) {
    const stored = form.store(key);
    requests.set(keyIdentity(table, stored, storedKey), { DeleteRequest: { Key: stored as Record<string, never> } });
  }
  const all = [...requests.values()];
  for (let at = 0; at < all.length; at += batchItems) {
    await sendBatch({ ...dependencies, storedKey, spend: () => undefined }, all.slice(at, at + batchItems));
  }
}
