import { localStores } from '../local/local-stores.js';
import { withDefaults } from '../settings.js';
import { openMemoryStore } from '../stores/memory/memory-store.js';
import type { Store } from '../stores/store.js';
import { assertAnswering } from './assert-answering.js';
import type { DatabaseProject } from './chain-project.js';
import { absentStore } from './command-project.js';
import { followedDatabase } from './followed-database.js';

/**
 * Opens the database of a project for some work, wherever it is at home by now, without a ledger, and closes it. For looking
 * alone: an embedded one that nobody has made yet is not made, and taken for an empty one. Throws what it throws when
 * it does not answer.
 */
export async function readingDatabase<T>(
  { project, database }: DatabaseProject,
  work: (store: Store, name: string) => Promise<T>,
): Promise<T> {
  const stores = localStores(project, withDefaults(project.settings));
  const openStore = async (name: string): Promise<Store> => {
    const location = await absentStore(project.stores[name]);
    return location === undefined ? await stores.openStore(name) : openMemoryStore({ location });
  };
  try {
    await assertAnswering([openStore(database)]);
    const { store, name } = await followedDatabase({ project, openStore });
    return await work(store, name);
  } finally {
    await stores.close();
  }
}
