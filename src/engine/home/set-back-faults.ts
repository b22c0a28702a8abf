import type { Fault } from '../../errors.js';
import type { RegisteredMigration } from '../../migrations/registry.js';
import { readState } from '../../versions/state-entry.js';
import type { Dependencies } from '../dependencies.js';
import { declaredStoreOpener } from '../tasks/declared-stores.js';
import type { Database } from './open-database.js';

/**
 * Faults where the database that is looked at is one that was restored to before its move: a store that a pending migration names
 * holds it, at a version that is no lower. The chain would carry old data over what is live there.
 */
export async function setBackFaults(
  { database, version }: { readonly database: Database; readonly version: number },
  migrations: readonly RegisteredMigration[],
  deps: Pick<Dependencies, 'project' | 'openStore'>,
): Promise<Fault[]> {
  const named = new Set(migrations.flatMap(({ definition }) => definition.stores ?? []));
  named.delete(database.name);
  const faults: Fault[] = [];
  for (const name of named) {
    const { location, keyValues } = await declaredStoreOpener(deps)(name);
    const from = (await readState(keyValues))?.movedFrom;
    if (from === undefined || from.version <= version) continue;
    if (from.store !== database.name && from.location !== database.store.location) continue;
    const message =
      `is at version ${version}, and moved to "${name}" (${location}) with version ${from.version}: it was restored to before that. Let database ` +
      `name "${name}", or, to carry it again, restore that one to before the move too`;
    faults.push({ field: 'database', message });
  }
  return faults;
}
