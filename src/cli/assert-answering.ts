import type { Store } from '../stores/store.js';

/**
 * Asks each store for a table, so that one that is down or misspelt is told at once: a run that has begun would wait and
 * try again, which suits a store that fails in the middle. Throws what the stores throw.
 */
export async function assertAnswering(stores: readonly Promise<Store>[]): Promise<void> {
  await Promise.all(stores.map(firstTable));
}

async function firstTable(store: Promise<Store>): Promise<string | undefined> {
  for await (const name of (await store).tables()) return name;
  return undefined;
}
