import { scopes } from '../attempts/attempt-record.js';
import type { Call, Dependencies } from '../dependencies.js';
import type { OpenRun } from '../runs/open-run.js';
import { verdicts, type Verdict } from '../verdicts/verdicts.js';
import { statusCommand } from './status-command.js';
import { tell } from './tell.js';
import { occasionOf, whereOf } from './tell-step.js';
import { mostDiffering, validationFailed, type ValidationFailed } from './validation-failed.js';

/** Tells that tables differ, with their counts and without a key. */
export async function tellValidationFailed(
  open: OpenRun,
  { generation, tableCount }: Pick<ValidationFailed, 'generation' | 'tableCount'>,
  deps: Dependencies,
  call: Call,
): Promise<void> {
  const { run } = open;
  const command = statusCommand(run.id, deps.ledger);
  const make = async () => {
    const tables: ReturnType<typeof countsOf>[] = [];
    for await (const verdict of verdicts(deps.ledger, scopes.verdict(run.attempt, generation))) {
      if (!verdict.equal) tables.push(countsOf(verdict));
      if (tables.length === mostDiffering) break;
    }
    return { ...whereOf(open), generation, tables, tableCount, command };
  };
  await tell(validationFailed, occasionOf(run, 'validate'), make, deps, call);
}

function countsOf({ table, expectedItems, actualItems, differences, further }: Verdict) {
  if (differences === undefined) return { table, expectedItems, actualItems, further };
  const { missing, extra, changed } = differences;
  return { table, expectedItems, actualItems, missing, extra, changed, further: differences.further };
}
