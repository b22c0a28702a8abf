import { InputError, type Fault } from '../../errors.js';
import { isOwn, type LeaseOwner } from '../../kv/lease-cell.js';
import type { Project } from '../../project.js';
import { locationOf, parseStoreUrl } from '../../stores/store-url.js';
import type { Store } from '../../stores/store.js';
import { readState } from '../../versions/state-entry.js';

/** Names of stores in an input, and the part that they are in: `copy`. */
export interface TwoStores {
  readonly field: string;
  readonly from: string;
  readonly to: string;
}

/** A fault where two names mean one store: carried into itself, it would lose its tables to `onExisting: "replace"`. */
export function sameStoreFaults(project: Project, { field, from, to }: TwoStores): Fault[] {
  const [source, target] = [from, to].map((name) => locationOfStore(project, name));
  if (source === undefined || source !== target) return [];
  return [{ field: `${field}.to`, message: `is the same store as ${field}.from (${source}): give another` }];
}

/**
 * Called with the lease held on the target. Throws InputError when it lies in the source too: then both are one store, or
 * one is a replica of the other, whatever addresses they were given. No other store can hold this very lease.
 */
export async function assertOtherStore(field: string, source: Store, own: LeaseOwner): Promise<void> {
  const state = await readState(source.keyValues);
  if (!isOwn(state?.lease, own)) return;
  const message = `is the same store as ${field}.from (${source.location}), by another address or as its replica: give another`;
  throw new InputError([{ field: `${field}.to`, message }]);
}

function locationOfStore({ stores }: Project, name: string): string | undefined {
  const declared = stores[name];
  const parsed = parseStoreUrl(typeof declared === 'string' ? declared : (declared?.url ?? ''));
  return 'faults' in parsed ? undefined : locationOf(parsed.url);
}
