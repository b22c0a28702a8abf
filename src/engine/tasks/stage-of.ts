import { checkedStore } from '../../kv/checked-store.js';
import type { Stage } from '../../migrations/definition.js';
import type { RegisteredMigration } from '../../migrations/registry.js';
import type { Dependencies } from '../dependencies.js';
import { databaseName, declaredStoreOpener } from './declared-stores.js';
import { declaration } from './store-uses.js';

/**
 * What a registered migration is opened with; `database`: where that is another one than the configuration names. Throws
 * InputError where it names none.
 */
export function stageOf(
  { version, file }: RegisteredMigration,
  more: Pick<Stage, 'settings' | 'partition'> & Partial<Pick<Stage, 'database'>>,
  deps: Dependencies,
): Stage {
  return {
    ...{ version, name: file.replace(/\.[^.]*$/, ''), database: databaseName(deps), ...more },
    earlier: deps.registry.migrations.filter((other) => other.version < version),
    declared: (store) => declaration(deps.project, store),
    openStore: declaredStoreOpener(deps),
    openKeyValueStore: async (store, table) => checkedStore(await deps.openKeyValueDriver(store, table)),
  };
}
