import type { HeldLease } from '../../kv/lease.js';
import type { Store } from '../../stores/store.js';
import type { Dependencies, RunState } from '../dependencies.js';

/**
 * The lease as the calls of one process hold it together, where `deps.heldLeases` says that they may: one renewal serves
 * all units that work side by side. Only one run works on a home at a time, so an older run's lease makes room, and so does
 * the lease on the home that the database left.
 */
export function sharedLease(
  { heldLeases }: Dependencies,
  { id, token }: Pick<RunState, 'id' | 'token'>,
  home: Store,
  hold: () => HeldLease,
): HeldLease {
  const run = `${id}/${token}`;
  const known = heldLeases?.get(home);
  if (known?.run === run) return known.held;
  const held = hold();
  heldLeases?.clear();
  heldLeases?.set(home, { run, held });
  return held;
}
