import type { HeldLease } from '../../kv/lease.js';
import type { Dependencies, RunState } from '../dependencies.js';

/**
 * The lease as the calls of one process hold it together, where `deps.heldLeases` says that they may: one renewal serves
 * all units that work side by side. Only one run works on a target at a time, so an older run's lease makes room.
 */
export function sharedLease(
  { heldLeases }: Dependencies,
  run: Pick<RunState, 'id' | 'token'>,
  hold: () => HeldLease,
): HeldLease {
  const name = `${run.id}/${run.token}`;
  const known = heldLeases?.get(name);
  if (known !== undefined) return known;
  const held = hold();
  heldLeases?.clear();
  heldLeases?.set(name, held);
  return held;
}
