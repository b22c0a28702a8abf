import { InputError } from '../../errors.js';
import type { Cursor } from '../../stores/store.js';
import { attemptTables, forgetAttempt } from '../../versions/attempt-tables.js';
import type { Expectation, Migration, MigrationContext, SetupContext, SetupProgress } from '../migration.js';
import type { CopyInput } from './copy-input.js';
import { copySegment } from './copy-segment.js';
import { describeIfThere } from './describe-if-there.js';
import { forecastCopy } from './forecast.js';
import { isUntouched } from './own-table.js';
import { prepareTable } from './prepare-table.js';
import { selectTables, type SelectedTable } from './select-tables.js';
import { tablePlans } from './table-plan.js';

/** How long to wait before asking again whether a table is finished. */
const finishPollMs = 100;

/** The ad-hoc copy: tables of one store, carried as they are into another. */
export function copyTables(input: CopyInput): Migration {
  return {
    forecast: (context) => forecastCopy(context, input),
    setup: (context, from) => setup(context, input, from),
    migrate: copySegment,
    expects: (context) => expectations(context, input),
    complete,
    cleanup: ({ target, attempt, ending }) => forgetAttempt(target.keyValues, attempt, ending),
  };
}

async function* setup(context: SetupContext, input: CopyInput, from: Cursor | undefined): AsyncIterable<SetupProgress> {
  if (from === undefined) {
    for (const previous of context.previousAttempts) yield* dropCreated(context, previous);
    yield { cursor: { after: '' } };
  }
  const after = from === undefined ? '' : (from as { after: string }).after;
  const { tables } = await selectTables(context.source, input);
  for (const selected of tables.filter(({ table }) => table > after)) {
    yield* prepareTable(context, input, selected);
    yield { cursor: { after: selected.table } };
  }
}

/** Drops what an earlier attempt created, and nothing else. */
async function* dropCreated({ target, fence }: MigrationContext, attempt: string): AsyncIterable<SetupProgress> {
  for await (const listed of attemptTables(target.keyValues, attempt)) {
    const existing = await describeIfThere(target, listed.name);
    if (existing !== undefined && isUntouched(existing, listed))
      while (!(await target.drop(listed.name, fence))) yield { wait: true };
  }
  await forgetAttempt(target.keyValues, attempt);
}

async function* expectations(context: MigrationContext, input: CopyInput): AsyncIterable<Expectation> {
  const { source, target } = context;
  const { tables } = await selectTables(source, input);
  const plans = new Map<string, { merged: boolean }>();
  for await (const plan of tablePlans(context.ledger, context.attempt)) plans.set(plan.table, plan);
  for (const selected of tables.filter(({ mode, validated }) => mode === 'carry' && validated)) {
    const merged = plans.get(selected.table)?.merged ?? input.onExisting === 'merge';
    await assertThere(context, selected);
    const { key, ttlAttribute } = await source.describe(selected.table);
    const view = { table: selected.table, key, ...(ttlAttribute === undefined ? {} : { ttlAttribute }) };
    yield {
      table: selected.table,
      relation: merged && target.get !== undefined ? 'contained' : 'equal',
      expected: { side: 'source', ...view },
      actual: { side: 'target', ...view },
    };
  }
}

async function assertThere({ target }: MigrationContext, { table }: SelectedTable): Promise<void> {
  if ((await describeIfThere(target, table)) !== undefined) return;
  const message = `is not in ${target.location}: there is nothing to validate`;
  throw new InputError([{ field: `table "${table}"`, message }]);
}

/** Adds to each table what belongs on it after validation. */
async function complete({ ledger, attempt, target, fence, clock, ending }: MigrationContext): Promise<boolean> {
  for await (const { merged, description } of tablePlans(ledger, attempt)) {
    // A table that was there before keeps its own indexes, time to live and streams.
    if (merged) continue;
    while (!(await target.finish(description, fence))) {
      if (ending()) return false;
      await clock.sleep(finishPollMs);
    }
  }
  return true;
}
