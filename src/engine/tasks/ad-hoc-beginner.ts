import type { Dependencies } from '../dependencies.js';
import { adHocPart, type AdHocInput } from '../runs/execution-input.js';
import { saveForecast } from '../runs/forecast-documents.js';
import { checkedForecast } from '../runs/forecast-run.js';
import { adHocTask } from './ad-hoc-task.js';
import type { Beginner, BeginningRun } from './beginner.js';
import type { Task } from './task.js';

/** A copy, an export and an import are one task each; its Cleanup records that the run has come to its end. */
export function adHocBeginner(input: AdHocInput, { id, owner }: BeginningRun, deps: Dependencies): Beginner {
  const { dryRun } = adHocPart(input);
  let task: Task | undefined;
  const opened = async (): Promise<Task> => (task ??= await adHocTask(input, owner, deps));
  return {
    async isPending() {
      const forecast = await checkedForecast(await opened(), deps);
      if (dryRun) await saveForecast(deps.ledger, id, forecast);
      return !dryRun;
    },
    async taskOf(own) {
      await (await opened()).assertApart?.(own);
      return { task: await opened() };
    },
  };
}
