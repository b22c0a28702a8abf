import { InputError } from '../../errors.js';
import type { TableDescription } from '../../stores/store.js';
import { attemptTable, putAttemptTable } from '../../versions/attempt-tables.js';
import type { SetupProgress } from '../migration.js';
import type { CopyContext, CopySetupContext } from './copy-context.js';
import { describeIfThere } from './describe-if-there.js';
import { dropped } from './dropped.js';
import { existingFaults } from './existing-faults.js';
import { isOwn, isPlannedElsewhere } from './own-table.js';
import { within, type Room } from './room.js';
import { segmentCount } from './segment-count.js';
import type { SelectedTable } from './select-tables.js';
import { replayQuarantine } from './replay-quarantine.js';
import { isQuarantining } from './table-changes.js';
import { targetDescription } from './target-description.js';
import { saveTablePlan, tablePlan } from './table-plan.js';

/**
 * Brings one table of the target to where Migrate can write into it, and plans its units. In every order of crashes:
 * the table is listed in the attempt before it is created, units begin anew before the plan names the new table, and
 * the plan is written last.
 */
export async function* prepareTable(
  context: CopySetupContext,
  selected: SelectedTable,
  room: Room,
): AsyncIterable<SetupProgress> {
  const { source, target, ledger, attempt, input } = context;
  const { target: table, mode } = selected;
  const carried = await source.describe(selected.table);
  const description = targetDescription(context, carried);
  const plan = await tablePlan(ledger, attempt, table);
  assertSameSource(plan?.sourceIdentity, description, selected, source.location);
  const existing = await describeIfThere(target, table);
  if (plan !== undefined && existing?.identity === plan.targetIdentity) {
    if (isQuarantining(context, selected.table)) yield* replayQuarantine(context, plan);
    return;
  }

  const listed = await attemptTable(target.keyValues, attempt, table);
  const own = existing !== undefined && isOwn(existing, listed);
  const foreign = existing !== undefined && !own;
  if (foreign) assertMayTouch(context, table);
  // Listed as it is until it is gone: a Setup that is killed here still knows its own.
  if (own && !target.capabilities.merge && isPlannedElsewhere(existing, listed, context.ledgerId))
    yield* dropped(context, table);
  const merged = foreign && input.onExisting === 'merge';
  const replaced = foreign && !merged ? { existing, together: new Set(input.replace) } : undefined;
  const targetIdentity = merged ? existing.identity : yield* made(context, description, replaced);
  if (mode === 'carry')
    yield {
      group: {
        table,
        restart: true,
        plan: async (left) =>
          (await source.split(
            selected.table,
            within(room, left, segmentCount(description, context.settings)),
          )) as never,
      },
    };
  const sourceIdentity = description.identity;
  await saveTablePlan(ledger, attempt, {
    ...{ table, mode, merged, sourceIdentity, targetIdentity, description },
    source: { table: selected.table, key: carried.key },
  });
}

/** Checkpoints speak of the source's table as it was planned; another one would be carried in part. */
function assertSameSource(
  planned: string | undefined,
  { identity }: TableDescription,
  { table }: SelectedTable,
  location: string,
): void {
  if (planned === undefined || planned === identity) return;
  throw new InputError([
    {
      field: `table "${table}"`,
      message: `was made anew in ${location} since this attempt began: start again with fresh`,
    },
  ]);
}

function assertMayTouch(context: CopyContext, table: string): void {
  const faults = existingFaults(context, table);
  if (faults.length > 0) throw new InputError(faults);
}

/** A table that makes room, and all that may be dropped in this run. */
interface Replaced {
  readonly existing: TableDescription;
  readonly together: ReadonlySet<string>;
}

/**
 * Throws InputError when what was just listed in the target is in the source too: then they are one store, or one is a
 * replica of the other, whatever addresses they were given.
 */
async function assertOtherStore({ source, attempt, option }: CopySetupContext, table: string): Promise<void> {
  if ((await attemptTable(source.keyValues, attempt, table)) === undefined) return;
  const message = `is the same store as the source (${source.location}), by another address or as its replica: give another`;
  throw new InputError([{ field: option('to'), message }]);
}

/** Creates the table, after dropping the one that it replaces; returns its identity. */
async function* made(
  context: CopySetupContext,
  description: TableDescription,
  replaced: Replaced | undefined,
): AsyncGenerator<SetupProgress, string> {
  const { target, attempt, fence, ledgerId } = context;
  const listed = { name: description.name, created: true };
  await putAttemptTable(
    target.keyValues,
    attempt,
    replaced ? { ...listed, replacing: replaced.existing.identity } : listed,
  );
  if (replaced !== undefined) await assertOtherStore(context, description.name);
  if (replaced !== undefined) yield* dropped(context, description.name, replaced.together);
  for (;;) {
    const { ready, identity } = await target.create(description, fence);
    if (ready) {
      await putAttemptTable(target.keyValues, attempt, { ...listed, identity, ledger: ledgerId });
      return identity;
    }
    yield { wait: true };
  }
}
