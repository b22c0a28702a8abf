import { CleanupFailedError } from '../../errors.js';
import { describeIfThere } from '../../migrations/copy/describe-if-there.js';
import type { Store } from '../../stores/store.js';
import { dueDrops } from '../../versions/due-drops.js';
import { changeStateAsOwner, readState, type PendingDrop, type StateEntry } from '../../versions/state-entry.js';
import type { Dependencies } from '../dependencies.js';
import type { OpenRun } from './open-run.js';

/** How long to wait before asking again whether a table is gone. */
const pollMs = 1_000;

/**
 * Drops the tables that earlier cutovers left to be dropped, as far as their time has come, each only while it is the very
 * table that was meant. False: the call's time is nearly over, call again. Throws CleanupFailedError for a table that is live.
 */
export async function dropPending(open: OpenRun, deps: Dependencies): Promise<boolean> {
  const { home, run } = open;
  const state = await readState(home.keyValues);
  const active = new Set(Object.values(state?.active ?? {}));
  const due = dueDrops(state?.cleanup ?? [], deps.clock.now());
  for (const pending of due) {
    // Tables that point at one another go one after the other.
    const beside = due.filter(({ store }) => store === pending.store);
    if (!(await dropped(open, pending, { active, beside }, deps))) return false;
    await changeStateAsOwner(home.keyValues, run, (current) => ({
      ...current,
      cleanup: current.cleanup.filter((other) => !isSame(other, pending)),
    }));
  }
  return true;
}

/** What is to be dropped, now or later, for people. */
export function describePending(state: StateEntry | undefined): string {
  return (state?.cleanup ?? [])
    .map(({ store, table, notBefore }) => `table "${table}" of ${store} (not before ${notBefore})`)
    .join(', ');
}

async function dropped(
  open: OpenRun,
  { store: name, table, identity }: PendingDrop,
  { active, beside }: { readonly active: ReadonlySet<string>; readonly beside: readonly PendingDrop[] },
  { clock }: Dependencies,
): Promise<boolean> {
  const store = await open.task.openStore(name);
  const existing = await describeIfThere(store, table);
  // Another table of this name by now, or none: it is not ours to drop.
  if (existing?.identity !== identity) return true;
  // Active names are those of tables of the database itself.
  if (store === open.home && active.has(table))
    throw new CleanupFailedError(`table "${table}" is to be dropped, and it is an active one`);
  const together = await stillMeant(store, beside);
  while (!(await store.drop(table, open.context.fenceFor(store), together))) {
    if (open.ending()) return false;
    await clock.sleep(pollMs);
  }
  return true;
}

/** The names of those tables that are still the very ones. */
async function stillMeant(store: Store, drops: readonly PendingDrop[]): Promise<ReadonlySet<string>> {
  const names = new Set<string>();
  if (drops.length < 2) return names;
  for (const { table, identity } of drops)
    if ((await describeIfThere(store, table))?.identity === identity) names.add(table);
  return names;
}

function isSame(a: PendingDrop, b: PendingDrop): boolean {
  return a.store === b.store && a.table === b.table && a.identity === b.identity;
}
