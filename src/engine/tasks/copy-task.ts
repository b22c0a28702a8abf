import { copySpec, describeCopy, type CopyInput } from '../../migrations/copy/copy-input.js';
import { copyMigration } from '../../migrations/copy/copy-migration.js';
import { atSpeed } from '../../settings.js';
import type { Dependencies } from '../dependencies.js';
import { assertStores } from './assert-stores.js';
import { declaredStoreOpener } from './declared-stores.js';
import { assertOtherStore } from './same-store.js';
import type { Task } from './task.js';

/**
 * The task of an ad-hoc copy. Throws InputError for names that the project does not declare, or declares for another use,
 * or that mean one store.
 */
export async function copyTask(copy: CopyInput, owner: string, deps: Dependencies): Promise<Task> {
  assertStores({ field: 'copy', ...copy }, deps);
  const openStore = declaredStoreOpener(deps);
  const { from, to } = copy;
  const [source, target] = [await openStore(from), await openStore(to)];
  const locations = { from: source.location, to: target.location };
  return {
    migration: copyMigration(copy, { source, target, from, to }),
    home: target,
    spec: copySpec(copy, locations),
    description: describeCopy(copy, locations),
    field: 'copy',
    steps: copy.steps,
    attempt: owner,
    fresh: copy.fresh,
    // Elsewhere the same command means another copy; here it would be refused.
    resumesComplete: copy.onExisting === 'fail',
    leavesNothing: false,
    validates: JSON.stringify([...copy.noValidate].sort()),
    settings: {
      ...atSpeed(deps.settings, copy),
      ...(copy.segments === undefined ? {} : { segments: copy.segments }),
    },
    openStore,
    assertApart: (own) => assertOtherStore('copy', source, own),
  };
}
