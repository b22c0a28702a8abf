import type { CopyInput } from '../../migrations/copy/copy-input.js';
import type { Dependencies } from '../dependencies.js';
import { saveForecast } from '../runs/forecast-documents.js';
import { checkedForecast } from '../runs/forecast-run.js';
import type { Beginner, BeginningRun } from './beginner.js';
import { copyTask } from './copy-task.js';
import type { Task } from './task.js';

/** A copy is one task; its Cleanup records that the run has come to its end. */
export function copyBeginner(copy: CopyInput, { id, owner }: BeginningRun, deps: Dependencies): Beginner {
  let task: Task | undefined;
  const opened = async (): Promise<Task> => (task ??= await copyTask(copy, owner, deps));
  return {
    async isPending() {
      const forecast = await checkedForecast(await opened(), deps);
      if (copy.dryRun) await saveForecast(deps.ledger, id, forecast);
      return !copy.dryRun;
    },
    async taskOf(own) {
      await (await opened()).assertApart?.(own);
      return { task: await opened() };
    },
  };
}
