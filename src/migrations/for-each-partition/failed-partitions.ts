import { z } from 'zod';
import { CorruptDataError, PartitionsFailedError, type FailedPartition } from '../../errors.js';
import type { Ledger } from '../../ledger/ledger.js';
import { shortened } from '../../shortened-text.js';
import { partitionEntry } from '../../versions/partition-versions.js';
import type { MigrationContext } from '../migration.js';
import { isDue, type OpenedStep } from './opened-step.js';

export interface ChunkPlace {
  readonly round: number;
  readonly chunk: number;
}

const prefix = 'failed-partitions/';
/** A document holds 300 KB. */
const mostReportBytes = 250 * 1024;
const longestMessage = 500;

/**
 * Throws PartitionsFailedError for those of a chunk that still lag, and writes them down in the ledger. Nothing, where all
 * that failed were mended or parked meanwhile.
 */
export async function reportFailures(
  work: { step: OpenedStep; context: MigrationContext; baseline: number; ids: readonly string[] },
  place: ChunkPlace,
): Promise<void> {
  const { step, context, baseline, ids } = work;
  const failed: FailedPartition[] = [];
  for (const partition of ids) {
    const entry = await partitionEntry(context.home.keyValues, partition);
    if (!isDue(step, entry, baseline)) continue;
    const { name, message } = entry?.failure ?? { name: 'Error', message: 'no error is recorded' };
    failed.push({ partition, message: shortened(`${name}: ${message}`, longestMessage) });
  }
  await writeDown(context, place, failed);
  if (failed.length > 0) throw new PartitionsFailedError(failed);
}

/** Those that an earlier run wrote down are done, or parked. */
export async function forgetFailures(context: MigrationContext, place: ChunkPlace): Promise<void> {
  await writeDown(context, place, []);
}

const reportSchema = z.object({
  count: z.int(),
  partitions: z.array(z.object({ partition: z.string(), message: z.string() })),
});

/** The partitions that failed in the last run of an attempt: how many, and the first `most` of them. Throws CorruptDataError. */
export async function failedPartitions(
  ledger: Ledger,
  attempt: string,
  most: number,
): Promise<{ readonly count: number; readonly partitions: readonly FailedPartition[] }> {
  let count = 0;
  const partitions: FailedPartition[] = [];
  for await (const { name, body } of ledger.documents(attempt, prefix)) {
    const { data } = reportSchema.safeParse(body);
    if (data === undefined) throw new CorruptDataError(`${name} of attempt ${attempt} in the ledger does not parse`);
    count += data.count;
    partitions.push(...data.partitions.slice(0, Math.max(most - partitions.length, 0)));
  }
  return { count, partitions };
}

async function writeDown(
  { ledger, attempt }: MigrationContext,
  { round, chunk }: ChunkPlace,
  failed: readonly FailedPartition[],
): Promise<void> {
  let sizeBytes = 0;
  const partitions = failed
    .map(({ partition, message }) => ({ partition, message }))
    .filter((each) => (sizeBytes += Buffer.byteLength(JSON.stringify(each)) + 1) <= mostReportBytes);
  await ledger.putDocument(attempt, `${prefix}${round}/${chunk}`, { count: failed.length, partitions });
}
