import type { Fault } from '../../errors.js';
import type { TableDescription } from '../../stores/store.js';
import type { StateEntry } from '../../versions/state-entry.js';

/**
 * A table of the source that a rollover took the place of, and that waits to be dropped: what it holds is old, and the service
 * reads another one.
 */
export function replacedFaults(state: StateEntry | undefined, { name, identity }: TableDescription): Fault[] {
  const replaced = state?.cleanup.find((pending) => pending.table === name && pending.identity === identity);
  if (state === undefined || replaced === undefined) return [];
  const active = state.active[name];
  const live = active === undefined ? 'another table' : `"${active}"`;
  const message = `was replaced by ${live} at version ${replaced.version} and waits to be dropped: exclude it, and carry what is live`;
  return [{ field: `table "${name}"`, message }];
}
