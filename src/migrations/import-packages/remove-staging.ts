import type { Store } from '../../stores/store.js';
import { attemptTables, forgetAttemptTable } from '../../versions/attempt-tables.js';
import { describeIfThere } from '../copy/describe-if-there.js';
import { isUntouched } from '../copy/own-table.js';
import type { MigrationContext } from '../migration.js';
import type { PackageStores } from './open-packages.js';
import { removeHeader } from './package-header.js';

/** How long to wait before asking again whether a table is gone. */
const pollMs = 1_000;

/** Removes the tables and headers that this attempt made in the staging store. False: the call's time is nearly over, call again. */
export async function removeStaging(store: Store, context: MigrationContext): Promise<boolean> {
  const { attempt, clock } = context;
  for await (const listed of attemptTables(store.keyValues, attempt)) {
    const existing = await describeIfThere(store, listed.name);
    if (listed.created && existing !== undefined && isUntouched(existing, listed))
      while (!(await store.drop(listed.name, context.fenceFor(store)))) {
        if (context.ending()) return false;
        await clock.sleep(pollMs);
      }
    await removeHeader(store.keyValues, listed.name);
    await forgetAttemptTable(store.keyValues, attempt, listed.name);
    if (context.ending()) return false;
  }
  return true;
}

/** The tables that are still to be removed from it. */
export async function stagedTables(
  via: PackageStores['via'],
  attempt: string,
): Promise<{ readonly store: string; readonly table: string }[]> {
  const tables: { readonly store: string; readonly table: string }[] = [];
  if (via === undefined) return tables;
  for await (const { name, created } of attemptTables(via.store.keyValues, attempt))
    if (created) tables.push({ store: via.name, table: name });
  return tables;
}
