import type { MigrationDefinition } from '../../../src/migrations/definition.js';
import type { Cutover } from '../../../src/migrations/migration.js';
import type { RegisteredMigration, Registry } from '../../../src/migrations/registry.js';
import { openMemoryStore } from '../../../src/stores/memory/memory-store.js';
import type { Store } from '../../../src/stores/store.js';
import { history } from '../../../src/versions/history.js';
import { partitionEntries } from '../../../src/versions/partition-versions.js';
import { readState } from '../../../src/versions/state-entry.js';
import { collect } from '../../support/kv-bytes.js';
import { createEmpty } from '../memory-stores.js';
import { marking, registered, type Fails } from './marking-steps.js';

/** A marking step whose cutover moves the home of the database to this store. It marks the store that it leaves. */
export function movingStep(
  version: number,
  home: string,
  more: Partial<Cutover> = {},
  definition: Partial<MigrationDefinition> = {},
): RegisteredMigration {
  const step = marking(() => undefined, { stores: [home], ...definition });
  return registered(version, {
    ...step,
    async open(stage) {
      return { ...(await step.open(stage)), cutover: () => Promise.resolve({ home, ...more }) };
    },
  });
}

/** A chain of marking steps, of which some move the home: `{ 2: 'live' }`. */
export function movingChain(
  versions: readonly number[],
  moves: Readonly<Record<number, string>>,
  fails: Fails = () => undefined,
): Registry {
  return {
    migrations: versions.map((version) => {
      const home = moves[version];
      return home === undefined ? registered(version, marking(fails)) : movingStep(version, home);
    }),
  };
}

/** What lies in a store beside its tables: version, history and partitions. */
export async function homeIn({ keyValues }: Store) {
  const state = await readState(keyValues);
  return {
    state,
    versions: (await collect(history(keyValues))).map(({ version }) => version),
    partitions: (await collect(partitionEntries(keyValues))).map(({ id, entry }) => [id, entry.dataVersion]),
  };
}

/** Gives each test of a suite an old home and a new one, in memory; what marks a step is there already in the new one. */
export function withHomes(use: (homes: readonly [old: Store, live: Store]) => void): void {
  beforeEach(async () => {
    const [old, live] = [openMemoryStore({ location: 'memory:old' }), openMemoryStore({ location: 'memory:live' })];
    await createEmpty(live, 'marks');
    use([old, live]);
  });
}
