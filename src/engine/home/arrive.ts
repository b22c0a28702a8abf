import { InputError, LateWriterError } from '../../errors.js';
import { acquireLease, releaseLease, type LeaseCell } from '../../kv/lease.js';
import type { Store } from '../../stores/store.js';
import type { Moved } from '../../versions/home-records.js';
import { enterHome, homeFaults, markArrived, whatMoves } from '../../versions/new-home.js';
import { readState, stateLeaseCell, type StateEntry } from '../../versions/state-entry.js';
import type { Dependencies } from '../dependencies.js';
import { copyEntries } from './copy-entries.js';

/** What the end of a move needs, which anybody may bring it to. */
export type ArrivalDependencies = Pick<
  Dependencies,
  'project' | 'openStore' | 'reaches' | 'settings' | 'clock' | 'who' | 'where'
>;

export interface NamedStore {
  readonly name: string;
  readonly store: Store;
}

/** A database on its way: its old home says where it goes. */
export interface Move {
  readonly from: NamedStore;
  readonly left: StateEntry & { readonly moved: Moved };
  readonly to: NamedStore;
}

/**
 * Brings a database that has left its old home into the new one: what was written beside the state entry until then, then the
 * entry, then the old home's word that it arrived. May be called again, and by several at a time. Throws InputError for
 * a store that another database came to since, LockHeldError while another run works there.
 */
export async function arrive({ from, left, to }: Move, deps: ArrivalDependencies): Promise<void> {
  const { id } = left.moved;
  const [source, target] = [from.store.keyValues, to.store.keyValues];
  const hasEntered = async (): Promise<boolean> => (await readState(target))?.movedFrom?.id === id;
  try {
    if (!(await hasEntered()))
      await reserved(to, id, deps, async (reservedBy) => {
        // Services may have registered partitions until the very moment of the move.
        for await (const cursor of copyEntries({ from: source, to: target, id })) void cursor;
        await enterHome(to, { left, from: { name: from.name, location: from.store.location }, reservedBy });
      });
  } catch (error) {
    // Another was faster.
    if (!(await hasEntered())) throw error;
  }
  await markArrived(source, id);
}

/**
 * Keeps other runs out of the new home during `work`, by a lease that has one name for everybody who works on this move. The
 * entry that enters takes its place. Throws InputError, LockHeldError.
 */
export async function reserved<T>(
  to: NamedStore,
  id: string,
  { settings, clock, who, where }: ArrivalDependencies,
  work: (reservedBy: string) => Promise<T>,
): Promise<T> {
  const faults = await homeFaults(to);
  if (faults.length > 0) throw new InputError(faults);
  const cell = reservation(to, id);
  const own = await acquireLease(cell, { owner: `${id}-move`, who, where, durationMs: settings.leaseMs, clock });
  try {
    return await work(own.owner);
  } finally {
    await releaseLease(cell, own, { clock }).catch(() => undefined);
  }
}

/** The lease on the new home until the database enters: the one that it brings along is nobody's to take or to wait for here. */
function reservation(to: NamedStore, id: string): LeaseCell {
  const cell = stateLeaseCell(to.store.keyValues);
  return {
    what: whatMoves(to),
    async read() {
      const view = await cell.read();
      // Asked after what may be swapped was read: that is no later than this.
      if ((await readState(to.store.keyValues))?.movedFrom?.id !== id) return view;
      throw new LateWriterError(`the database has entered ${whatMoves(to)} already`);
    },
  };
}
