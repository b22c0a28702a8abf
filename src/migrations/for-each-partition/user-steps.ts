import { z } from 'zod';
import type { PartitionContext, PartitionProgress } from '../definition.js';
import type { ForEachPartitionOptions } from './partition-options.js';

const jsonSchema = z.json();
const progressSchema = z.strictObject({ cursor: z.unknown(), items: z.int().nonnegative() });
/** A cursor is saved in the ledger with each checkpoint, an item of 400 KB at most. */
const mostCursorBytes = 64 * 1024;

/**
 * Runs a migration's own code on one partition: `migrate` with its safe points, then `check`. Throws what they throw, and
 * TypeError for a cursor that would not come back from the ledger as it was yielded.
 */
export async function* userSteps(
  code: ForEachPartitionOptions,
  partition: string,
  context: PartitionContext,
  from: unknown,
): AsyncGenerator<PartitionProgress, void, undefined> {
  const begun: unknown = code.migrate(partition, context, from);
  // An async function may give its generator as its result: not to run it would be to skip the partition.
  const steps: unknown = isSteps(begun) ? begun : await begun;
  if (isSteps(steps)) for await (const step of steps) yield progressOf(step);
  await code.check?.(partition, context);
}

function isSteps(value: unknown): value is AsyncIterable<unknown> | Iterable<unknown> {
  if (typeof value !== 'object' || value === null) return false;
  // Of what can be iterated synchronously only generators: the results of a Promise.all are no safe points.
  return Symbol.asyncIterator in value || (Symbol.iterator in value && 'next' in value);
}

function progressOf(yielded: unknown): PartitionProgress {
  const { data } = progressSchema.safeParse(yielded);
  const cursor = data === undefined ? yielded : data.cursor;
  if (!jsonSchema.safeParse(cursor).success)
    throw new TypeError('migrate yielded a cursor that is not JSON: yield text, numbers, arrays and plain objects');
  const sizeBytes = Buffer.byteLength(JSON.stringify(cursor));
  if (sizeBytes > mostCursorBytes)
    throw new TypeError(`migrate yielded a cursor of ${sizeBytes} bytes: it may have ${mostCursorBytes}`);
  return { cursor, items: data?.items ?? 0 };
}
