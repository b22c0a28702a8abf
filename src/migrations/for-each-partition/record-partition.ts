import { changePartition, type PartitionEntry } from '../../versions/partition-versions.js';
import { failureText } from './failure-text.js';
import { versionOf, type PartitionWork } from './opened-step.js';

/** Gives the partition the version of a step that is done; never a lower one than it has. */
export async function recordDone(work: PartitionWork, version: number): Promise<void> {
  const { step, context, baseline } = work;
  await change(
    work,
    (entry, changedAt) => {
      if (versionOf(entry, baseline) >= version) return entry;
      const done = { dataVersion: version, changedAt };
      // Parked by hand means for the migration that it is parked from: on the way there it stays so.
      return entry?.parked === undefined || version >= step.stage.version ? done : { ...done, parked: entry.parked };
    },
    context,
  );
}

/** Says at the partition why it is not at `version`; nothing where it is by now. */
export async function recordFailure(work: PartitionWork, version: number, error: unknown): Promise<void> {
  const { context, baseline } = work;
  await change(
    work,
    (entry, at) => {
      if (versionOf(entry, baseline) >= version) return entry;
      const before = entry ?? { dataVersion: baseline, changedAt: at };
      return { ...before, failure: { version, ...failureText(error), at } };
    },
    context,
  );
}

async function change(
  { partition }: PartitionWork,
  next: (entry: PartitionEntry | undefined, now: string) => PartitionEntry | undefined,
  { home, fence, clock }: PartitionWork['context'],
): Promise<void> {
  const now = new Date(clock.now()).toISOString();
  await changePartition(
    home.keyValues,
    partition,
    (entry) => {
      fence.assertMaySend();
      return next(entry, now);
    },
    { clock },
  );
}
