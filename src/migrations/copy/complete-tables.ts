import type { Cursor } from '../../stores/store.js';
import type { StepProgress } from '../migration.js';
import type { CopyContext } from './copy-context.js';
import { sideBySide } from './side-by-side.js';
import { tablePlans, type TablePlan } from './table-plan.js';

/** The plans of an attempt do not change once it is completed, and neither does their order: the cursor counts them. */
interface CompleteCursor {
  readonly tables: number;
}

/** Adds to each table what belongs on it after validation. */
export async function* completeTables(context: CopyContext, from: Cursor | undefined): AsyncIterable<StepProgress> {
  const { tables: done } = (from ?? { tables: 0 }) as unknown as CompleteCursor;
  yield* sideBySide(
    numbered(tablePlans(context.ledger, context.attempt), done),
    ({ plan }) => completeTable(context, plan),
    ({ number }) => ({ tables: number }),
  );
}

/** From the one after `done` on. */
async function* numbered(
  plans: AsyncIterable<TablePlan>,
  done: number,
): AsyncIterable<{ readonly plan: TablePlan; readonly number: number }> {
  let number = 0;
  for await (const plan of plans) if (++number > done) yield { plan, number };
}

async function* completeTable(
  { target, fence }: CopyContext,
  { merged, description }: TablePlan,
): AsyncIterable<{ readonly wait: true }> {
  // A table that was there before keeps its own indexes, time to live and streams.
  if (merged) return;
  while (!(await target.finish(description, fence))) yield { wait: true };
}
