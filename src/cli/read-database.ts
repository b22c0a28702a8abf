import { localStores } from '../local/local-stores.js';
import { withDefaults } from '../settings.js';
import { openMemoryStore } from '../stores/memory/memory-store.js';
import type { Store } from '../stores/store.js';
import { assertAnswering } from './assert-answering.js';
import type { DatabaseProject } from './chain-project.js';
import { absentStore } from './command-project.js';

/**
 * Opens the database of a project for some work, without a ledger, and closes it. Throws what it throws when it does not
 * answer.
 */
async function withDatabase<T>(
  { project, database }: DatabaseProject,
  work: (database: Store) => Promise<T>,
): Promise<T> {
  const stores = localStores(project, withDefaults(project.settings));
  try {
    const store = await stores.openStore(database);
    await assertAnswering([Promise.resolve(store)]);
    return await work(store);
  } finally {
    await stores.close();
  }
}

/** The same for looking at it alone: an embedded one that nobody has made yet is not made, and taken for an empty one. */
export async function readingDatabase<T>(from: DatabaseProject, work: (database: Store) => Promise<T>): Promise<T> {
  const location = await absentStore(from.project.stores[from.database]);
  if (location === undefined) return await withDatabase(from, work);
  return await work(openMemoryStore({ location }));
}
