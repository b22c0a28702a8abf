import type { Settings } from '../../settings.js';
import type { Cursor } from '../../stores/store.js';
import { forgetAttempt } from '../../versions/attempt-tables.js';
import type { Migration, MigrationContext, SetupProgress } from '../migration.js';
import { assertAllowed } from '../quarantine/assert-allowed.js';
import { completeTables } from './complete-tables.js';
import type { CopyPlan, CopySetupContext, CopyStores } from './copy-context.js';
import type { CopyInput } from './copy-input.js';
import { copySegment } from './copy-segment.js';
import { dropCreatedEarlier } from './drop-created.js';
import { copyExpectations } from './expectations.js';
import { forecastCopy } from './forecast.js';
import { prepareTable } from './prepare-table.js';
import { roomOf } from './room.js';
import { selectTables } from './select-tables.js';
import { sideBySide } from './side-by-side.js';
import { changesItems, type TableChanges } from './table-changes.js';
import { TransformedItems } from './transformed-items.js';

export interface CopyOptions {
  /** Where a fault of an option is; default as in an ad-hoc copy: `copy.tables`. */
  option?(name: string): string;
  /** How many items may stay in quarantine. Default: where items are changed 0; elsewhere one that is refused fails its unit. */
  readonly quarantine?: number;
}

/** Tables of one store, carried into another: as they are, or with what `changes` makes of them. */
export function copyMigration(
  input: CopyInput,
  stores: CopyStores,
  changes: TableChanges = {},
  { option = (name) => `copy.${name}`, quarantine }: CopyOptions = {},
): Migration {
  const { target } = stores;
  const plan: CopyPlan = { ...stores, input, changes, option, quarantine };
  const inCopy = <Context extends MigrationContext>(context: Context): Context & CopyPlan => ({
    ...context,
    ...plan,
    settings: settingsOf(context, input),
    fence: context.fenceFor(target),
  });
  const isQuarantining = quarantine !== undefined || Object.values(changes).some(changesItems);
  const transformed = new TransformedItems();
  return {
    // An archive's part is replaced whole: one checkpoint each, so that no whole part is written twice.
    checkpoints: target.capabilities.merge ? 'frequent' : 'each',
    forecast: (context) => forecastCopy({ ...context, ...plan, settings: settingsOf(context, input) }),
    setup: (context, from) => setup(inCopy(context), from),
    migrate: (unit, from, context) => copySegment(unit, from, inCopy(context)),
    expects: (context, after) => copyExpectations(inCopy(context), after),
    transformed: (table, items, context) => transformed.of(inCopy(context), table, items),
    ...(isQuarantining ? { judge: (context) => judge(context, quarantine ?? 0) } : {}),
    complete: (context, from) => completeTables(inCopy(context), from),
    cleanup: ({ attempt, ending }) => forgetAttempt(target.keyValues, attempt, ending),
  };
}

async function judge({ ledger, attempt }: MigrationContext, allowed: number): Promise<'complete'> {
  await assertAllowed(ledger, attempt, allowed);
  return 'complete';
}

function settingsOf({ settings }: Pick<MigrationContext, 'settings'>, { segments }: CopyInput): Settings {
  return segments === undefined ? settings : { ...settings, segments };
}

/** How far Setup is: with the tables that earlier attempts created, or with its own, in the order of their names. */
type SetupCursor = { readonly dropping: true } | { readonly after: string };

async function* setup(context: CopySetupContext, from: Cursor | undefined): AsyncIterable<SetupProgress> {
  const cursor = (from ?? { dropping: true }) as SetupCursor;
  if ('dropping' in cursor) {
    yield* dropCreatedEarlier(context);
    yield { cursor: { after: '' } };
  }
  const after = 'after' in cursor ? cursor.after : '';
  const { tables } = await selectTables(context);
  const room = await roomOf(context, tables);
  yield* sideBySide(
    tables.filter(({ target }) => target > after),
    (selected) => prepareTable(context, selected, room),
    ({ target }) => ({ after: target }),
  );
}
