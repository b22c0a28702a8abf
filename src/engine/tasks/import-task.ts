import { importStaged } from '../../migrations/import-packages/import-staged.js';
import { atSpeed } from '../../settings.js';
import type { Dependencies } from '../dependencies.js';
import type { ImportInput } from '../runs/import-input.js';
import { assertStores } from './assert-stores.js';
import { declaredStoreOpener } from './declared-stores.js';
import { assertOtherStore } from './same-store.js';
import { packageTask } from './package-task.js';
import type { Task } from './task.js';

/**
 * The task of importing exported packages into a key-value store. Throws InputError, with all faults, for a store that is not
 * declared, or for another use, and for an export that is not one.
 */
export async function importTask(input: ImportInput, owner: string, deps: Dependencies): Promise<Task> {
  assertStores({ field: 'import', ...input }, deps);
  const openStore = declaredStoreOpener(deps);
  const { from, to, table, packages } = input;
  const [source, target] = [await openStore(from), await openStore(to)];
  const names = packages === undefined ? undefined : [...packages].sort();
  const of = { from, to, table, ...(packages === undefined ? {} : { packages }) };
  return {
    migration: await importStaged(of, { source, target }, (name) => `import.${name}`),
    home: target,
    spec: `import:${JSON.stringify([source.location, target.location, table, names ?? null])}`,
    description: `import of ${names?.join(', ') ?? 'all packages'} from ${source.location} to table "${table}" of ${target.location}`,
    field: 'import',
    ...packageTask,
    attempt: owner,
    fresh: input.fresh,
    settings: atSpeed(deps.settings, input),
    openStore,
    assertApart: (own) => assertOtherStore('import', source, own),
  };
}
