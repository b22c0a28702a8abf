import type { Dependencies } from '../dependencies.js';
import type { AdHocInput } from '../runs/execution-input.js';
import { copyTask } from './copy-task.js';
import { exportTask } from './export-task.js';
import { importTask } from './import-task.js';
import type { Task } from './task.js';

/** The one task of a run that changes no version. Throws InputError, with all faults, where it cannot be opened. */
export async function adHocTask(input: AdHocInput, owner: string, deps: Dependencies): Promise<Task> {
  if (input.copy !== undefined) return await copyTask(input.copy, owner, deps);
  if (input.export !== undefined) return await exportTask(input.export, owner, deps);
  return await importTask(input.import, owner, deps);
}
