import { InputError } from '../../errors.js';
import { movedFromOf, type Moved, type MovedFrom } from '../../versions/home-records.js';
import { readState, type StateEntry } from '../../versions/state-entry.js';
import type { Dependencies } from '../dependencies.js';
import { databaseName, declaredStoreOpener, reachableStores } from '../tasks/declared-stores.js';
import { arrive, type ArrivalDependencies, type Move, type NamedStore } from './arrive.js';

/** Where the version of a project's database is at home now. */
export interface Database extends NamedStore {
  readonly movedFrom: MovedFrom | undefined;
  /**
   * False: a move is not at its end. It has left its old home, which is `store` still, and is to come to the one of this name, or
   * is there, and the old one does not know it.
   */
  readonly arrived: boolean;
}

type Stores = Pick<Dependencies, 'project' | 'openStore' | 'reaches'>;

/**
 * Opens the home of the project's database: from the store that the configuration names on to wherever it moved, and brings it
 * there where a run was stopped on the way. Throws InputError for a store that is not declared (any more), and where the new
 * home was lost or set back to before the move; and what `arrive` throws.
 */
export async function openDatabase(deps: ArrivalDependencies): Promise<Database> {
  return await follow(deps, (move) => arrive(move, deps));
}

/** The same for looking alone: writes nothing, and takes a database that is on its way as it left its old home. */
export async function lookAtDatabase(deps: Stores): Promise<Database> {
  return await follow(deps, undefined);
}

interface Home extends NamedStore {
  readonly state: StateEntry | undefined;
}

async function follow(deps: Stores, bring: ((move: Move) => Promise<void>) | undefined): Promise<Database> {
  const seen = new Set<string>();
  let arrived = true;
  for (let home = await firstHome(deps); ;) {
    const { name, store, state } = home;
    if (state?.moved === undefined) return { name, store, movedFrom: state?.movedFrom, arrived };
    const { moved } = state;
    if (seen.has(moved.id)) throw fault(name, `and "${moved.store}" each say that the database moved to the other`);
    seen.add(moved.id);
    const next = await nextHome(home, moved, deps);
    const entered = next.state?.movedFrom?.id === moved.id;
    if (!entered && bring === undefined) return onItsWay(home, moved);
    if (!moved.arrived && bring === undefined) arrived = false;
    else if (!moved.arrived) await bring?.({ from: home, left: { ...state, moved }, to: next });
    home = entered ? next : await homeCalled(next.name, deps);
  }
}

function onItsWay({ name, store, state }: Home, moved: Moved): Database {
  const movedFrom = movedFromOf({ name, location: store.location }, moved, state?.movedFrom);
  return { name: moved.store, store, movedFrom, arrived: false };
}

/** The store that the configuration names, or, where it has no version, the one that says that the database went there. */
async function firstHome(deps: Stores): Promise<Home> {
  const asked = databaseName(deps);
  const home = await homeCalled(asked, deps);
  if (home.state?.baseline !== undefined || home.state?.moved !== undefined) return home;
  for (const name of reachableStores(deps)) {
    if (name === asked) continue;
    const other = await homeCalled(name, deps);
    if (other.state?.moved?.store === asked) return other;
  }
  return home;
}

async function homeCalled(name: string, deps: Stores): Promise<Home> {
  const store = await declaredStoreOpener(deps)(name);
  return { name, store, state: await readState(store.keyValues) };
}

/** Where an old home says that the database went. Throws InputError where it is not there, and never came, or not any more. */
async function nextHome({ name, store }: Home, moved: Moved, deps: Stores): Promise<Home> {
  const went = `the database moved from "${name}" (${store.location}) to "${moved.store}" (${moved.location}) with version ${moved.version} at ${moved.at}`;
  if (!Object.hasOwn(deps.project.stores, moved.store))
    throw fault(moved.store, `is not declared, and ${went}: declare it, and let database name it`);
  const next = await homeCalled(moved.store, deps);
  if (next.state?.movedFrom?.id === moved.id) return next;
  if (moved.arrived)
    throw fault(
      moved.store,
      `${went}, and ${next.store.location} does not hold it: it was lost, or set back to before the move, or the store is declared ` +
        `elsewhere. Restore it from a backup that is younger than the move, or declare it where it is`,
    );
  if (next.store.location !== moved.location)
    throw fault(moved.store, `${went}, where it has not arrived yet, and is declared as ${next.store.location} now`);
  return next;
}

function fault(store: string, message: string): InputError {
  return new InputError([{ field: `stores.${store}`, message }]);
}
