import type { RegisteredMigration } from '../../migrations/registry.js';
import { atSpeed, type Speed } from '../../settings.js';
import type { Dependencies } from '../dependencies.js';
import type { UpInput } from '../runs/up-input.js';
import type { Database } from '../home/open-database.js';
import { databaseAt } from '../../versions/home-records.js';
import { stageOf } from './stage-of.js';
import type { Task } from './task.js';
import { withinCeilings } from './within-ceilings.js';

/** What a run of the version chain does of a migration: all of it, or the rest of a completed one. */
export interface UpWork {
  readonly database: Database;
  readonly registered: RegisteredMigration;
  readonly input: Pick<UpInput, 'partition' | 'fresh'> & Speed;
  readonly only?: 'cleanup' | undefined;
}

/**
 * The task of a registered migration. Throws InputError for a store that it names and the project does not declare. Its code may
 * open any store, and others of its chain do: an input is refused before the first of them.
 */
export async function upTask(work: UpWork, owner: string, deps: Dependencies): Promise<Task> {
  const { concurrency } = work.input;
  const asked = { field: 'up', concurrency, stores: Object.keys(deps.project.stores) };
  return await withinCeilings(asked, deps, (settings) => opened(work, owner, { ...deps, settings }));
}

async function opened({ database, registered, input, only }: UpWork, owner: string, deps: Dependencies): Promise<Task> {
  const { version, checksum, definition } = registered;
  // The rest of a completed attempt is that one's, whatever else this run is asked for.
  const { partition, fresh } = only === 'cleanup' ? { partition: undefined, fresh: false } : input;
  const settings = atSpeed(deps.settings, input);
  const more = {
    database: databaseAt(version, database.name, database.movedFrom),
    ...(partition === undefined ? {} : { partition }),
  };
  const stage = stageOf(registered, { settings, ...more }, deps);
  const title = partition === undefined ? stage.name : `${stage.name} of partition ${partition}`;
  return {
    migration: await definition.open(stage),
    home: database.store,
    database: database.name,
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
    openStore: stage.openStore,
  };
}
