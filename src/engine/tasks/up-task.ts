import { checkedStore } from '../../kv/checked-store.js';
import type { RegisteredMigration } from '../../migrations/registry.js';
import type { Dependencies } from '../dependencies.js';
import type { UpInput } from '../runs/up-input.js';
import { databaseName, declaredStoreOpener } from './declared-stores.js';
import { declaration } from './store-uses.js';
import type { Task } from './task.js';

/** What a run of the version chain does of a migration: all of it, or the rest of a completed one. */
export interface UpWork {
  readonly registered: RegisteredMigration;
  readonly input: Pick<UpInput, 'partition' | 'fresh' | 'concurrency'>;
  readonly only?: 'cleanup' | undefined;
}

/** The task of a registered migration. Throws InputError for a store that it names and the project does not declare. */
export async function upTask({ registered, input, only }: UpWork, owner: string, deps: Dependencies): Promise<Task> {
  const { version, file, checksum, definition } = registered;
  const { concurrency } = input;
  // The rest of a completed attempt is that one's, whatever else this run is asked for.
  const { partition, fresh } = only === 'cleanup' ? { partition: undefined, fresh: false } : input;
  const database = databaseName(deps);
  const openStore = declaredStoreOpener(deps);
  const settings = { ...deps.settings, concurrency: concurrency ?? deps.settings.concurrency };
  const name = file.replace(/\.[^.]*$/, '');
  const title = partition === undefined ? name : `${name} of partition ${partition}`;
  const migration = await definition.open({
    ...{ version, name, database, settings, openStore },
    earlier: deps.registry.migrations.filter((other) => other.version < version),
    ...(partition === undefined ? {} : { partition }),
    declared: (store) => declaration(deps.project, store),
    openKeyValueStore: async (store, table) => checkedStore(await deps.openKeyValueDriver(store, table)),
  });
  return {
    migration,
    home: await openStore(database),
    spec: ['up', version, checksum, ...(partition === undefined ? [] : [partition])].join(':'),
    description: `migration ${title}`,
    title,
    field: 'up',
    steps: only === 'cleanup' ? [] : ['setup', 'migrate', 'validate'],
    attempt: `${owner}-v${version}`,
    fresh: fresh || (only !== 'cleanup' && definition.onRerun === 'restart'),
    resumesComplete: only === 'cleanup',
    leavesNothing: definition.leavesNothing ?? false,
    validates: '',
    settings,
    ...(partition === undefined ? { registered } : {}),
    openStore,
  };
}
