import { attemptTables, forgetAttemptTable, type AttemptTable } from '../../versions/attempt-tables.js';
import type { StepProgress } from '../migration.js';
import type { CopySetupContext } from './copy-context.js';
import { describeIfThere } from './describe-if-there.js';
import { dropped } from './dropped.js';
import { isUntouched } from './own-table.js';
import { sideBySide } from './side-by-side.js';

/** Where tables are dropped, and whose. `fence` is the target's. */
export type DropContext = Pick<CopySetupContext, 'target' | 'previousAttempts' | 'fence'>;

/** Drops what earlier attempts created, and nothing else. */
export async function* dropCreatedEarlier(context: DropContext): AsyncIterable<StepProgress> {
  const { target, previousAttempts } = context;
  const together = new Set<string>();
  for (const attempt of previousAttempts)
    for await (const { name } of attemptTables(target.keyValues, attempt)) together.add(name);
  for (const attempt of previousAttempts)
    yield* sideBySide(
      attemptTables(target.keyValues, attempt),
      (listed) => dropListed(context, attempt, listed, together),
      () => ({ dropping: true }),
    );
}

/** Once a table is gone it is listed no more, so that the next call does not look for it again. */
async function* dropListed(
  context: DropContext,
  attempt: string,
  listed: AttemptTable,
  together: ReadonlySet<string>,
): AsyncIterable<{ readonly wait: true }> {
  const { keyValues } = context.target;
  const existing = await describeIfThere(context.target, listed.name);
  if (existing !== undefined && isUntouched(existing, listed)) yield* dropped(context, listed.name, together);
  await forgetAttemptTable(keyValues, attempt, listed.name);
}
