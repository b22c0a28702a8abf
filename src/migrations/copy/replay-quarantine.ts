import { keyFromText } from '../../digest/key-json.js';
import type { Item } from '../../stores/item.js';
import type { SetupProgress } from '../migration.js';
import { entries, itemOf, release } from '../quarantine/quarantine.js';
import type { QuarantineEntry } from '../quarantine/quarantine-entry.js';
import type { CopySetupContext } from './copy-context.js';
import { openQuarantiningWriter } from './quarantining-writer.js';
import type { TablePlan } from './table-plan.js';

/** In one run, so that it fits into one call: where there are more, something else is wrong than the items. */
const mostReplayed = 1_000;

/**
 * Tries once more what an earlier run of this attempt could not carry: the item may have been mended in the source since, or
 * what the transform asks for. Units that are done are not done again for it; but an archive's parts are written whole.
 */
export async function* replayQuarantine(context: CopySetupContext, plan: TablePlan): AsyncIterable<SetupProgress> {
  const { ledger, attempt, target } = context;
  const { table } = plan;
  let found = 0;
  for await (const entry of entries(ledger, attempt, { table })) {
    found += 1;
    if (!target.capabilities.merge || found > mostReplayed) break;
    await replay(context, plan, entry);
  }
  // What an earlier generation of validation saw of this table is gone.
  const restart = !target.capabilities.merge;
  if (found > 0) yield { group: { table, restart, plan: () => Promise.resolve([]) } };
}

async function replay(context: CopySetupContext, plan: TablePlan, entry: QuarantineEntry): Promise<void> {
  const { ledger, attempt } = context;
  const item = await itemNow(context, plan, entry);
  if (item === undefined) {
    await release(ledger, attempt, entry);
    return;
  }
  const writer = await openQuarantiningWriter(context, { unit: entry, position: 0, fromStart: false });
  try {
    await writer.write([item]);
    await writer.flush();
  } finally {
    await writer.abandon();
  }
}

/** The item as the source has it now; undefined when it is gone. */
async function itemNow(
  { source, ledger, attempt }: CopySetupContext,
  plan: TablePlan,
  entry: QuarantineEntry,
): Promise<Item | undefined> {
  if (source.get === undefined) return await itemOf(ledger, attempt, entry);
  const { items } = await source.get(plan.source.table, [keyFromText(entry.key)]);
  return items[0];
}
