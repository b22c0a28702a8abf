import { isTransient, LateWriterError, LeaseLostError } from '../../errors.js';
import { Backoff } from '../../kv/retry-policy.js';
import { partitionEntry } from '../../versions/partition-versions.js';
import type { MigrationContext, Progress } from '../migration.js';
import type { PartitionPlace } from './chunk-cursor.js';
import { keptPlace } from './failed-place.js';
import { isDue, versionOf, type PartitionWork, type VersionStep } from './opened-step.js';
import { partitionContext } from './partition-context.js';
import { recordDone, recordFailure } from './record-partition.js';

/** Waits between the tries of a partition. The longest is well below the time that a call keeps for its end. */
const waits = { baseMs: 500, capMs: 8_000 };

/**
 * Calls that a partition is given to come to a safe point. The state machine calls a function again three times after it was
 * ended from outside, as one is that blocks its process.
 */
const mostStarts = 3;

/** `skipped`: it is at the version already, or parked. */
export type PartitionOutcome = 'done' | 'skipped' | 'failed';

/** Makes a safe point of the unit from one of the partition; undefined: between two of its steps. */
type SafePoint = (place: PartitionPlace | undefined, items: number) => Progress;

/**
 * Brings a partition through all steps that it lacks, in order; its version says after each that it is done. Records its
 * failure when it failed as often as it may, or hung. Throws LeaseLostError and LateWriterError at once, and what passes by itself
 * when the call's time is nearly over.
 */
export async function* migratePartition(
  work: PartitionWork,
  from: PartitionPlace | undefined,
  safePoint: SafePoint,
): AsyncGenerator<Progress, PartitionOutcome, undefined> {
  const { step, context, baseline, partition } = work;
  const kv = context.home.keyValues;
  let outcome: PartitionOutcome = 'skipped';
  for (let place = from; ; place = undefined) {
    const entry = await partitionEntry(kv, partition);
    const next = step.steps.find(({ version }) => version > versionOf(entry, baseline));
    if (next === undefined || !isDue(step, entry, baseline)) return outcome;
    const known = place?.step === next.version ? place : await keptPlace(work, entry, next.version);
    const begun = known ?? { step: next.version, tries: 0, starts: 0, counted: false };
    const start = yield* started(work, begun, safePoint);
    const after = start && (yield* tried(work, next, start, safePoint));
    if (after === undefined) return 'failed';
    await recordDone(work, next.version);
    outcome = 'done';
    // A step that counts no items counts as one.
    yield safePoint(undefined, after.counted ? 0 : 1);
  }
}

/**
 * Counts, for the first partition that a call takes up, that a call began it. What hangs does not fail: its call is left
 * behind without a word, and the count is how the next one knows which partition it was. One call in vain after the other,
 * each partition becomes the first. Undefined when this one had its calls: that is its failure, and those behind it go on.
 */
async function* started(
  work: PartitionWork,
  begun: PartitionPlace,
  safePoint: SafePoint,
): AsyncGenerator<Progress, PartitionPlace | undefined, undefined> {
  const { call, context, step } = work;
  if (begun.starts >= Math.min(step.options.attempts, mostStarts)) {
    const calls = begun.starts === 1 ? 'a call' : `${begun.starts} calls`;
    await recordFailure(work, begun, new Error(`came to no safe point in ${calls}: yield more often, or it hangs`));
    return undefined;
  }
  // A call that is ending already does not give it the time of a call.
  if (call.recorded || context.ending()) return begun;
  call.recorded = true;
  const start = { ...begun, starts: begun.starts + 1 };
  yield { ...safePoint(start, 0), save: true };
  return start;
}

/** Tries one step until it succeeds; undefined when that was in vain. */
async function* tried(
  work: PartitionWork,
  step: VersionStep,
  begun: PartitionPlace,
  safePoint: SafePoint,
): AsyncGenerator<Progress, PartitionPlace | undefined, undefined> {
  const { context, partition } = work;
  const backoff = new Backoff({ ...waits, attempts: work.step.options.attempts }, { clock: context.clock });
  let place = begun;
  for (;;) {
    try {
      const own = partitionContext(work.step.stage, context, step.version);
      for await (const { cursor, items } of step.partitioned.migrate(partition, own, place.cursor)) {
        place = { ...place, starts: 0, cursor: cursor as never, counted: place.counted || items > 0 };
        yield safePoint(place, items);
      }
      return place;
    } catch (error) {
      assertOwnFault(error, context);
      place = { ...place, tries: place.tries + 1 };
      if (place.tries >= backoff.attempts) {
        await recordFailure(work, place, error);
        return undefined;
      }
      // The engine stops here and keeps the count, so that a slow failure does not come again in each call for ever.
      if (context.ending()) yield safePoint(place, 0);
      await backoff.again(place.tries);
    }
  }
}

/** Throws what is no fault of the partition: the lease is lost, the call's time is over, or it passes by itself. */
function assertOwnFault(error: unknown, context: MigrationContext): void {
  if (error instanceof LeaseLostError || error instanceof LateWriterError) throw error;
  if (isTransient(error) && context.ending()) throw error;
  // Code that wraps what it catches hides why nothing could be sent any more.
  context.fence.assertMaySend();
}
