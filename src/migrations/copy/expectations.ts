import { InputError } from '../../errors.js';
import type { Expectation } from '../expectation.js';
import type { CopyContext } from './copy-context.js';
import { describeIfThere } from './describe-if-there.js';
import { selectTables, type SelectedTable } from './select-tables.js';
import { isQuarantining } from './table-changes.js';
import { targetDescription } from './target-description.js';
import { tablePlans } from './table-plan.js';

/** What must equal what, by the names of the tables in the target; both sides are found by the target's key. */
export async function* copyExpectations(context: CopyContext, after: string): AsyncIterable<Expectation> {
  const { source, target, from, to, input } = context;
  const { tables } = await selectTables(context);
  const plans = new Map<string, { merged: boolean }>();
  for await (const plan of tablePlans(context.ledger, context.attempt)) plans.set(plan.table, plan);
  for (const selected of tables) {
    if (selected.target <= after || selected.mode !== 'carry' || !selected.validated) continue;
    const merged = plans.get(selected.target)?.merged ?? input.onExisting === 'merge';
    await assertThere(context, selected);
    const { key, ttlAttribute } = targetDescription(context, await source.describe(selected.table));
    const view = {
      key,
      ...(ttlAttribute === undefined ? {} : { ttlAttribute }),
      ...(input.segments === undefined ? {} : { segments: input.segments }),
    };
    const transformed = isQuarantining(context, selected.table) ? { transformed: true } : {};
    yield {
      table: selected.target,
      relation: merged && target.get !== undefined ? 'contained' : 'equal',
      expected: { store: from, table: selected.table, ...view, ...transformed },
      actual: { store: to, table: selected.target, ...view },
    };
  }
}

async function assertThere({ target }: CopyContext, { target: table }: SelectedTable): Promise<void> {
  if ((await describeIfThere(target, table)) !== undefined) return;
  const message = `is not in ${target.location}: there is nothing to validate`;
  throw new InputError([{ field: `table "${table}"`, message }]);
}
