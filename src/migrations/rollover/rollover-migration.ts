import { CorruptDataError } from '../../errors.js';
import type { Item } from '../../stores/item.js';
import type { Cursor, Store } from '../../stores/store.js';
import { activeNameKeptMs } from '../../versions/active-table.js';
import { copyInputSchema } from '../copy/copy-input.js';
import { copyMigration } from '../copy/copy-migration.js';
import { tablePlan } from '../copy/table-plan.js';
import type { Stage } from '../definition.js';
import type { Cutover, Migration, MigrationContext, SetupContext, SetupProgress, StepProgress } from '../migration.js';
import { forecastRollover } from './forecast-rollover.js';
import { IndexSteps } from './index-steps.js';
import { physicalNames, type PhysicalNames } from './physical-names.js';
import { keepOldMs, type RolloverOptions } from './rollover-options.js';
import { shadowStore } from './shadow-store.js';

/** A rollover, opened. */
export interface OpenRollover {
  readonly stage: Stage;
  readonly options: RolloverOptions;
  readonly home: Store;
  readonly names: PhysicalNames;
  readonly index: IndexSteps | undefined;
}

/** The migration at work: a copy from the live table into its shadow, within one store, and the change of names. */
export async function openRollover(stage: Stage, options: RolloverOptions): Promise<Migration> {
  const home = await stage.openStore(stage.database);
  const names = await physicalNames(options, stage, home);
  const index = options.index && new IndexSteps(options.index, stage, options.table);
  const open: OpenRollover = { stage, options, home, names, index };
  const copy = shadowCopy(open);
  return {
    ...copy,
    forecast: (context) => forecastRollover(open, copy, context),
    setup: (context, from) => setup(open, copy, context, from),
    migrate: (unit, from, context) => indexing(open, copy, context).migrate(unit, from, context),
    complete: (context, from) => complete(open, copy, context, from),
    cutover: (context) => cutover(open, context),
    async cleanup(context) {
      // It goes at once: it can be made again from the table that is kept.
      if (names.pending !== undefined) await index?.remove(context, names.pending.table);
      return await copy.cleanup(context);
    },
  };
}

function shadowCopy(
  { stage, options, home, names }: OpenRollover,
  written?: (items: readonly Item[]) => Promise<void>,
) {
  const { database, name } = stage;
  const { key, transform } = options;
  const change = {
    as: names.shadow,
    ...(key === undefined ? {} : { key }),
    ...(transform === undefined ? {} : { transform }),
  };
  return copyMigration(
    copyInputSchema.parse({ from: database, to: database, tables: [names.old] }),
    { source: home, target: shadowStore(home, written), from: database, to: database },
    { [names.old]: change },
    { option: (option) => `${name}, ${option.startsWith('changes') ? 'as' : 'table'}` },
  );
}

/** The copy, as it puts what it writes into the index too. */
function indexing(open: OpenRollover, copy: Migration, context: MigrationContext): Migration {
  const { index, names } = open;
  return index === undefined ? copy : shadowCopy(open, (items) => index.put(items, context, names.shadow));
}

async function* setup(
  { index, names }: OpenRollover,
  copy: Migration,
  context: SetupContext,
  from: Cursor | undefined,
): AsyncIterable<SetupProgress> {
  if (from === undefined) await index?.create(context, names);
  yield* copy.setup(context, from);
}

/** The new index is searched before the table is live: what fails here leaves the version as it is. */
async function* complete(
  { index, names }: OpenRollover,
  copy: Migration,
  context: MigrationContext,
  from: Cursor | undefined,
): AsyncIterable<StepProgress> {
  if (names.swapped) return;
  yield* copy.complete(context, from);
  await index?.swap(context, names);
}

/** Until it is done each call counts `keepOldFor` from its own time, since only the one that is written counts. */
async function cutover({ stage, options, names }: OpenRollover, context: MigrationContext): Promise<Cutover> {
  const { old, shadow, swapped, pending } = names;
  const { table, namesKeptMs = activeNameKeptMs } = options;
  const active = { [table]: shadow };
  if (swapped) return { active, cleanup: pending === undefined ? [] : [pending], namesKeptMs };
  const plan = await tablePlan(context.ledger, context.attempt, shadow);
  if (plan === undefined) throw new CorruptDataError(`the ledger has no plan of table "${shadow}"`);
  const drop = {
    // The very table that was copied.
    ...{ store: stage.database, table: old, identity: plan.sourceIdentity, version: stage.version },
    notBefore: new Date(context.clock.now() + keepOldMs(options)).toISOString(),
  };
  return { active, cleanup: [drop], namesKeptMs };
}
