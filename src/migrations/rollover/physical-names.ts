import type { Store } from '../../stores/store.js';
import { readState, type PendingDrop } from '../../versions/state-entry.js';
import type { Stage } from '../definition.js';
import type { RolloverOptions } from './rollover-options.js';

/** The tables of a rollover, by the names that they have in the store. */
export interface PhysicalNames {
  /** The table that is built anew: the live one until the swap. */
  readonly old: string;
  /** The new table. It has the same name in each attempt. */
  readonly shadow: string;
  /** The version is written, and with it the new name: the shadow is the live table. */
  readonly swapped: boolean;
  /** What the swap left to be dropped; undefined before it, and again once that is gone. */
  readonly pending?: PendingDrop | undefined;
  /** The physical names that are live for other tables. */
  readonly others: readonly string[];
}

/**
 * What the state entry says: nothing is remembered elsewhere, so a restored backup is told right. While the version is not
 * written nobody changes an active name but this migration.
 */
export async function physicalNames(
  { table, as }: RolloverOptions,
  { version, database }: Stage,
  { keyValues }: Store,
): Promise<PhysicalNames> {
  const state = await readState(keyValues);
  const active = state?.active ?? {};
  const live = Object.hasOwn(active, table) ? (active[table] ?? table) : table;
  const others = Object.entries(active).flatMap(([other, name]) => (other === table ? [] : [name]));
  const shadow = as ?? `${table}_v${version}`;
  if (state === undefined || state.version < version) return { old: live, shadow, swapped: false, others };
  const pending = state.cleanup.find((drop) => drop.version === version && drop.store === database);
  return { old: pending?.table ?? table, shadow, swapped: true, pending, others };
}
