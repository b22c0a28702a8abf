import type { Dependencies } from '../dependencies.js';
import { adHocPart, type AdHocInput } from '../runs/execution-input.js';
import { copyTask } from './copy-task.js';
import { exportTask } from './export-task.js';
import { importTask } from './import-task.js';
import type { Task } from './task.js';
import { withinCeilings, type AskedUnits } from './within-ceilings.js';

/** The one task of a run that changes no version. Throws InputError, with all faults, where it cannot be opened. */
export async function adHocTask(input: AdHocInput, owner: string, deps: Dependencies): Promise<Task> {
  return await withinCeilings(askedUnits(input, deps), deps, (settings) => opened(input, owner, { ...deps, settings }));
}

function opened(input: AdHocInput, owner: string, deps: Dependencies): Promise<Task> {
  if (input.copy !== undefined) return copyTask(input.copy, owner, deps);
  if (input.export !== undefined) return exportTask(input.export, owner, deps);
  return importTask(input.import, owner, deps);
}

/** An export reads by the code of a migration, which may open any store. */
function askedUnits(input: AdHocInput, { project }: Dependencies): AskedUnits {
  const { concurrency } = adHocPart(input);
  const { copy, export: exported } = input;
  if (exported !== undefined) return { field: 'export', concurrency, stores: Object.keys(project.stores) };
  const { from, to } = copy ?? input.import;
  return { field: copy === undefined ? 'import' : 'copy', concurrency, stores: [from, to] };
}
