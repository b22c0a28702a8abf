import { InputError } from '../../errors.js';
import type { LeaseOwner } from '../../kv/lease-cell.js';
import { declaredStore } from '../../project.js';
import type { Store } from '../../stores/store.js';
import { matchTables } from '../../stores/table-patterns.js';
import { putHistory } from '../../versions/history.js';
import { changeStateAsOwner, type StateEntry } from '../../versions/state-entry.js';
import type { Dependencies } from '../dependencies.js';
import { declaredStoreOpener, reachableStores } from './declared-stores.js';
import { pendingChain } from './pending-chain.js';

/**
 * The version that a database without one would be given: 0, or with `newDatabase: "stamp"` the one that the whole chain would
 * bring it to, not beyond `to` and a flag that is off; undefined where it has one. Throws InputError for a database that has
 * data and no version: only a person knows which one that is.
 */
export async function versionToGive(
  state: StateEntry | undefined,
  to: number | undefined,
  deps: Dependencies,
): Promise<number | undefined> {
  if (state?.baseline !== undefined) return undefined;
  const found = await firstData(deps);
  if (found !== undefined) {
    const message = `has no version, and ${found} holds data: "carryover baseline N" adopts it at version N, 0 to run every migration`;
    throw new InputError([{ field: 'database', message }]);
  }
  const { newDatabase, flags = {} } = deps.project;
  if (newDatabase !== 'stamp') return 0;
  return pendingChain(deps.registry, { version: 0, to, flags }).migrations.at(-1)?.version ?? 0;
}

/** Gives the database this version, unless it has one by now: a history entry first, then the state entry. */
export async function giveVersion(
  home: Store,
  own: LeaseOwner,
  { version, how, who, now }: { version: number; how: 'stamped' | 'baseline'; who: string; now: Date },
  deps: Pick<Dependencies, 'registry'>,
): Promise<StateEntry> {
  const at = now.toISOString();
  const registered = deps.registry.migrations.find((migration) => migration.version === version);
  if (version > 0)
    await putHistory(home.keyValues, {
      version,
      name: registered?.name ?? '',
      kind: registered?.definition.kind ?? '',
      how,
      ...{ startedAt: at, completedAt: at, durationSeconds: 0, items: 0, who, run: own.owner, token: own.token },
    });
  return await changeStateAsOwner(home.keyValues, own, (state) =>
    state.baseline === undefined ? { ...state, baseline: version, version } : state,
  );
}

/**
 * The first table of a declared store that has an item in it, for people; undefined when all of them are empty. Tables that the
 * declaration leaves out are somebody else's: functions have no right to look into them.
 */
export async function firstData(
  deps: Pick<Dependencies, 'project' | 'openStore' | 'reaches'>,
): Promise<string | undefined> {
  const openStore = declaredStoreOpener(deps);
  for (const name of reachableStores(deps)) {
    const store = await openStore(name);
    const { tables: patterns = ['*'] } = declaredStore(deps.project.stores[name] ?? '');
    for await (const table of store.tables())
      if (matchTables([table], patterns).matched.length > 0 && (await holdsItems(store, table)))
        return `table "${table}" of ${store.location}`;
  }
  return undefined;
}

async function holdsItems(store: Store, table: string): Promise<boolean> {
  for (const segment of await store.split(table, 1))
    for await (const { items } of store.read(segment, undefined, { pageItems: 1 })) if (items.length > 0) return true;
  return false;
}
