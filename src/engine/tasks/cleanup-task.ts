import type { Migration } from '../../migrations/migration.js';
import type { Dependencies } from '../dependencies.js';
import type { Database } from '../home/open-database.js';
import { declaredStoreOpener } from './declared-stores.js';
import type { Task } from './task.js';

/** Of attempts that drop and do nothing else: they are over when nothing is due to be dropped. */
export const cleanupSpec = 'cleanup';

/** The task of dropping what is pending: nothing is migrated, and Cleanup does what the state entry lists. */
export function cleanupTask(database: Database, owner: string, deps: Dependencies): Task {
  return {
    migration: nothingToMigrate,
    home: database.store,
    database: database.name,
    spec: cleanupSpec,
    description: 'the clean-up of what earlier migrations left',
    field: 'cleanup',
    steps: [],
    attempt: `${owner}-cleanup`,
    fresh: false,
    resumesComplete: false,
    leavesNothing: true,
    validates: '',
    settings: deps.settings,
    openStore: declaredStoreOpener(deps),
  };
}

async function* nothing(): AsyncIterable<never> {
  // There is nothing to do.
}

const nothingToMigrate: Migration = {
  forecast: () => Promise.resolve({ faults: [], warnings: [], tables: [], drops: [] }),
  setup: nothing,
  migrate: nothing,
  expects: nothing,
  complete: nothing,
  cleanup: () => Promise.resolve(true),
};
