import { InputError } from '../../errors.js';
import type { Cursor } from '../../stores/store.js';
import { forgetAttempt } from '../../versions/attempt-tables.js';
import type { Expectation, Migration, MigrationContext, SetupProgress } from '../migration.js';
import { completeTables } from './complete-tables.js';
import type { CopyContext, CopySetupContext, CopyStores } from './copy-context.js';
import type { CopyInput } from './copy-input.js';
import { copySegment } from './copy-segment.js';
import { describeIfThere } from './describe-if-there.js';
import { dropCreatedEarlier } from './drop-created.js';
import { forecastCopy } from './forecast.js';
import { prepareTable } from './prepare-table.js';
import { selectTables, type SelectedTable } from './select-tables.js';
import { sideBySide } from './side-by-side.js';
import { tablePlans } from './table-plan.js';

/** The ad-hoc copy: tables of one store, carried as they are into another. */
export function copyTables(input: CopyInput, stores: CopyStores): Migration {
  const { target } = stores;
  const inCopy = <Context extends MigrationContext>(context: Context): Context & CopyStores => ({
    ...context,
    ...stores,
    fence: context.fenceFor(target),
  });
  return {
    // An archive's part is replaced whole: one checkpoint each, so that no whole part is written twice.
    checkpoints: target.capabilities.merge ? 'frequent' : 'each',
    forecast: (context) => forecastCopy({ ...context, ...stores }, input),
    setup: (context, from) => setup(inCopy(context), input, from),
    migrate: (unit, from, context) => copySegment(unit, from, inCopy(context)),
    expects: (context, after) => expectations(inCopy(context), input, after),
    complete: (context, from) => completeTables(inCopy(context), from),
    cleanup: ({ attempt, ending }) => forgetAttempt(target.keyValues, attempt, ending),
  };
}

/** How far Setup is: with the tables that earlier attempts created, or with its own, in the order of their names. */
type SetupCursor = { readonly dropping: true } | { readonly after: string };

async function* setup(
  context: CopySetupContext,
  input: CopyInput,
  from: Cursor | undefined,
): AsyncIterable<SetupProgress> {
  const cursor = (from ?? { dropping: true }) as SetupCursor;
  if ('dropping' in cursor) {
    yield* dropCreatedEarlier(context);
    yield { cursor: { after: '' } };
  }
  const after = 'after' in cursor ? cursor.after : '';
  const { tables } = await selectTables(context.source, input);
  yield* sideBySide(
    tables.filter(({ table }) => table > after),
    (selected) => prepareTable(context, input, selected),
    ({ table }) => ({ after: table }),
  );
}

async function* expectations(context: CopyContext, input: CopyInput, after: string): AsyncIterable<Expectation> {
  const { source, target, from, to } = context;
  const { tables } = await selectTables(source, input);
  const plans = new Map<string, { merged: boolean }>();
  for await (const plan of tablePlans(context.ledger, context.attempt)) plans.set(plan.table, plan);
  const validated = tables.filter(({ table, mode, validated }) => table > after && mode === 'carry' && validated);
  for (const selected of validated) {
    const merged = plans.get(selected.table)?.merged ?? input.onExisting === 'merge';
    await assertThere(context, selected);
    const { key, ttlAttribute } = await source.describe(selected.table);
    const view = { table: selected.table, key, ...(ttlAttribute === undefined ? {} : { ttlAttribute }) };
    yield {
      table: selected.table,
      relation: merged && target.get !== undefined ? 'contained' : 'equal',
      expected: { store: from, ...view },
      actual: { store: to, ...view },
    };
  }
}

async function assertThere({ target }: CopyContext, { table }: SelectedTable): Promise<void> {
  if ((await describeIfThere(target, table)) !== undefined) return;
  const message = `is not in ${target.location}: there is nothing to validate`;
  throw new InputError([{ field: `table "${table}"`, message }]);
}
