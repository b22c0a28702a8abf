import type { Settings } from '../../settings.js';
import type { TableDescription } from '../../stores/store.js';

/** A Map passes the numbers of its units through one state of 256 KB: 26 bytes for each of 10,000. */
export const maxUnits = 10_000;

/** A segment that is smaller costs more than 1 % of requests beyond the copy's own: some twenty a unit, over Migrate and Validate. */
const small = { items: 50_000, sizeBytes: 128 * 1024 * 1024 };
/** Minutes of one worker. Larger tables have more segments than workers, so that the last worker does not work alone for long. */
const large = { items: 200_000, sizeBytes: 512 * 1024 * 1024 };
const whenUnknown = 4;
const atMost = 1_000;

/**
 * How many segments a table is read in: one for each worker if that does not make them small, more where they would be
 * large, and far below the 10,000 units of a run.
 */
export function segmentCount(description: TableDescription, settings: Settings): number {
  if (settings.segments !== undefined) return settings.segments;
  // An estimate of zero is no knowledge: DynamoDB's is up to six hours old.
  if (!description.items && !description.sizeBytes) return whenUnknown;
  const most = pieces(description, small);
  const least = pieces(description, large);
  return Math.min(most, Math.max(settings.concurrency, least), atMost);
}

function pieces({ items = 0, sizeBytes = 0 }: TableDescription, piece: { items: number; sizeBytes: number }): number {
  return Math.max(Math.ceil(items / piece.items), Math.ceil(sizeBytes / piece.sizeBytes), 1);
}
