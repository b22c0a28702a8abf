import { changePartition, type PartitionChange } from '../../versions/partition-versions.js';
import type { PartitionPlace } from './chunk-cursor.js';
import { keepPlace } from './failed-place.js';
import { failureText } from './failure-text.js';
import { versionOf, type PartitionWork } from './opened-step.js';

/** Gives the partition the version of a step that is done; never a lower one than it has. */
export async function recordDone(work: PartitionWork, version: number): Promise<void> {
  const { step, baseline } = work;
  const changedAt = isoNow(work);
  await change(work, (entry) => {
    if (versionOf(entry, baseline) >= version) return entry;
    const done = { dataVersion: version, changedAt };
    // Parked by hand means for the migration that it is parked from: on the way there it stays so.
    return entry?.parked === undefined || version >= step.stage.version ? done : { ...done, parked: entry.parked };
  });
}

/** Says at the partition why it is not at the version of this step; nothing where it is by now. */
export async function recordFailure(work: PartitionWork, place: PartitionPlace, error: unknown): Promise<void> {
  const at = isoNow(work);
  const failure = { version: place.step, ...failureText(error), at };
  await keepPlace(work, place, at);
  await change(work, (entry) => {
    if (versionOf(entry, work.baseline) >= place.step) return entry;
    return { ...(entry ?? { dataVersion: work.baseline, changedAt: at }), failure };
  });
}

async function change({ partition, context }: PartitionWork, next: PartitionChange): Promise<void> {
  const { home, fence, clock } = context;
  await changePartition(
    home.keyValues,
    partition,
    (entry) => {
      fence.assertMaySend();
      return next(entry);
    },
    { clock },
  );
}

function isoNow({ context }: PartitionWork): string {
  return new Date(context.clock.now()).toISOString();
}
