import { InputError, LockHeldError, type Fault } from '../errors.js';
import type { KeyValueStore } from '../kv/key-value-store.js';
import type { Store } from '../stores/store.js';
import { movedFromOf, type Moved } from './home-records.js';
import { readState, replaceState, type StateEntry } from './state-entry.js';

/** A store that a database may move to, by its name in the project. */
export interface NewHome {
  readonly name: string;
  readonly store: Pick<Store, 'keyValues' | 'location'>;
}

/**
 * Why a database cannot move into this store, none when it can: for the forecast of a migration whose cutover names a home,
 * so that it is refused before anything is touched. Reads only. Throws CorruptDataError, and what the store throws.
 */
export async function homeFaults(home: NewHome): Promise<Fault[]> {
  return occupantFaults(await readState(home.store.keyValues), home);
}

/** The same for a state entry that was read. */
export function occupantFaults(found: StateEntry | undefined, { name, store }: NewHome): Fault[] {
  const message = found && occupantText(found);
  return message === undefined ? [] : [{ field: `store "${name}" (${store.location})`, message }];
}

function occupantText({
  version,
  baseline,
  moved,
  movedFrom,
  attempt,
  active,
  cleanup,
}: StateEntry): string | undefined {
  const other = 'the database can only move to a store without one';
  if (moved !== undefined) return `was the home of a database that moved to "${moved.store}": ${other}`;
  if (movedFrom !== undefined)
    return (
      `holds a database at version ${version} already, which came there from "${movedFrom.store}" (${movedFrom.location}) with version ` +
      `${movedFrom.version}. Where that is this very database, it was set back to before its move: let the configuration name its new home`
    );
  if (baseline !== undefined || version > 0) return `holds a database at version ${version} already: ${other}`;
  if (attempt !== undefined && attempt.phase !== 'complete' && attempt.leavesNothing !== true)
    return `holds an unfinished attempt, begun at ${attempt.startedAt}: ${attempt.description}. Finish it first`;
  if (Object.keys(active).length > 0 || cleanup.length > 0)
    return `holds active names, or tables to be dropped, of another database: ${other}`;
  return undefined;
}

/** What enters a new home. */
export interface Arriving {
  /** The state entry of the old home, which says where it went. */
  readonly left: StateEntry & { readonly moved: Moved };
  readonly from: { readonly name: string; readonly location: string };
  /** The owner of the lease that keeps the new home free until then. */
  readonly reservedBy: string;
}

/**
 * Makes the state entry of the new home out of the old one's: version, lease, attempt, active names and what is to be dropped. Once a
 * move, however many do it at a time. Throws InputError for a store that another database came to, LockHeldError where
 * another run took it.
 */
export async function enterHome(home: NewHome, { left, from, reservedBy }: Arriving): Promise<void> {
  const { moved, movedFrom, ...rest } = left;
  await replaceState(home.store.keyValues, (found) => {
    if (found.movedFrom?.id === moved.id) return found;
    const faults = occupantFaults(found, home);
    if (faults.length > 0) throw new InputError(faults);
    if (found.lease !== undefined && found.lease.owner !== reservedBy)
      throw new LockHeldError(found.lease, whatMoves(home));
    return {
      ...rest,
      revision: Math.max(rest.revision, found.revision),
      token: Math.max(rest.token, found.token),
      movedFrom: movedFromOf(from, moved, movedFrom),
    };
  });
}

/** The old home says that the new one has its entry: the last change of it. */
export async function markArrived(kv: KeyValueStore, id: string): Promise<void> {
  await replaceState(kv, (state) => {
    if (state.moved?.id !== id || state.moved.arrived) return state;
    return { ...state, moved: { ...state.moved, arrived: true } };
  });
}

/** What is owned by who is in the way. */
export function whatMoves({ name, store }: NewHome): string {
  return `the store "${name}" (${store.location}), which the database moves to,`;
}
