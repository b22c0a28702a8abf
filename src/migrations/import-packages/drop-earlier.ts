import { keyValueKey } from '../../stores/key-value-table.js';
import { keyOf } from '../../stores/item.js';
import { attemptTables, type AttemptTable } from '../../versions/attempt-tables.js';
import { describeIfThere } from '../copy/describe-if-there.js';
import { dropCreatedEarlier } from '../copy/drop-created.js';
import type { SetupContext, StepProgress } from '../migration.js';
import { writeIdIn } from './entry-item.js';
import type { Leg } from './leg.js';
import { removeHeader } from './package-header.js';

type DropContext = SetupContext & { readonly leg: Leg };

/**
 * Takes back what earlier attempts did in the target: tables that they made are dropped with their headers, and of a table
 * that was there before, the entries that they wrote are removed. Nothing else is touched.
 */
export async function* dropEarlier(context: DropContext): AsyncIterable<StepProgress> {
  const { leg, previousAttempts } = context;
  const { target } = leg;
  for (const attempt of previousAttempts)
    for await (const listed of attemptTables(target.keyValues, attempt))
      if (listed.created) await removeHeader(target.keyValues, listed.name);
      else yield* emptied(context, listed);
  yield* dropCreatedEarlier({ target, previousAttempts, fence: context.fenceFor(target) });
}

/** Removes what an attempt wrote into a table that it found there. */
async function* emptied(
  context: DropContext,
  { name, identity, writeIds = [] }: AttemptTable,
): AsyncIterable<StepProgress> {
  const { target } = context.leg;
  if ((await describeIfThere(target, name))?.identity !== identity || target.remove === undefined) return;
  const own = new Set(writeIds);
  const fence = context.fenceFor(target);
  for (const segment of await target.split(name, 1))
    for await (const { items } of target.read(segment)) {
      const written = items.filter((item) => own.has(writeIdIn(item) ?? ''));
      const keys = written.map((item) => keyOf(item, keyValueKey));
      if (keys.length > 0) await target.remove(name, keys, fence);
      yield { cursor: { dropping: true } };
    }
}
