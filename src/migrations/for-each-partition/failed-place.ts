import { z } from 'zod';
import { CorruptDataError } from '../../errors.js';
import type { Json } from '../../json.js';
import type { PartitionEntry } from '../../versions/partition-versions.js';
import { placeSchema, type PartitionPlace } from './chunk-cursor.js';
import { partitionHash, type PartitionWork } from './opened-step.js';

const keptSchema = z.strictObject({ partition: z.string(), failedAt: z.string(), place: placeSchema });

/**
 * Keeps the last safe point of a partition that failed, so that the next run goes on there. It belongs to the failure that
 * is recorded with this time: where the database was set back to a backup, it finds no failure that it fits.
 */
export async function keepPlace(work: PartitionWork, place: PartitionPlace, failedAt: string): Promise<void> {
  if (place.cursor === undefined) return;
  const { context, partition } = work;
  const kept = { partition, failedAt, place: { ...place, tries: 0, starts: 0 } };
  await context.ledger.putDocument(context.attempt, nameOf(work), kept as Json);
}

/** Where a partition goes on that failed in an earlier run of this attempt; undefined: at the beginning of the step. */
export async function keptPlace(
  work: PartitionWork,
  entry: PartitionEntry | undefined,
  step: number,
): Promise<PartitionPlace | undefined> {
  if (entry?.failure?.version !== step) return undefined;
  const { context, partition } = work;
  const body = await context.ledger.document(context.attempt, nameOf(work));
  if (body === undefined) return undefined;
  const { data, error } = keptSchema.safeParse(body);
  if (error !== undefined)
    throw new CorruptDataError(`${nameOf(work)} of attempt ${context.attempt} in the ledger does not parse`);
  const fits = data.partition === partition && data.failedAt === entry.failure.at && data.place.step === step;
  return fits ? data.place : undefined;
}

function nameOf({ partition }: PartitionWork): string {
  return `failed-place/${partitionHash(partition)}`;
}
