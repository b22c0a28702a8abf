import { InputError } from '../../errors.js';
import type { RegisteredMigration } from '../../migrations/registry.js';
import type { Dependencies, RunState } from '../dependencies.js';
import { isChain, type ExecutionInput } from '../runs/execution-input.js';
import { openDatabase } from '../home/open-database.js';
import { adHocTask } from './ad-hoc-task.js';
import { cleanupTask } from './cleanup-task.js';
import type { Task } from './task.js';
import { upTask } from './up-task.js';

/** The task that Begin chose for this run, as another call of it works on it. Throws InputError where it cannot be opened. */
export async function openTask(
  { owner, version, only }: Pick<RunState, 'owner' | 'version' | 'only'>,
  input: ExecutionInput,
  deps: Dependencies,
): Promise<Task> {
  if (!isChain(input)) return await adHocTask(input, owner, deps);
  const database = await openDatabase(deps);
  if (version === undefined) return cleanupTask(database, owner, deps);
  const registered = registeredAs(version, deps);
  return await upTask({ database, registered, input: input.up ?? { fresh: false }, only }, owner, deps);
}

/** The migration that leads to a version. Throws InputError when the code does not know it (any more). */
function registeredAs(version: number, { registry }: Dependencies): RegisteredMigration {
  const registered = registry.migrations.find((migration) => migration.version === version);
  if (registered !== undefined) return registered;
  const message = `no migration leads to version ${version} any more: it was there when this run began`;
  throw new InputError([{ field: 'migrations', message }]);
}
