import type { Settings } from '../../settings.js';
import type { TableDescription } from '../../stores/store.js';

/** A Map passes the numbers of its units through one state of 256 KB: 26 bytes for each of 10,000. */
export const maxUnits = 10_000;

const itemsPerSegment = 50_000;
const bytesPerSegment = 128 * 1024 * 1024;
const whenUnknown = 4;
const atMost = 1_000;

/**
 * How many segments a table is read in: enough to keep workers busy and to spread writes over the target's partitions,
 * few enough that small tables cost one unit and the largest stays far below the 10,000 units of a run.
 */
export function segmentCount(description: TableDescription, settings: Settings): number {
  if (settings.segments !== undefined) return settings.segments;
  // An estimate of zero is no knowledge: DynamoDB's is up to six hours old.
  if (!description.items && !description.sizeBytes) return whenUnknown;
  const byItems = Math.ceil((description.items ?? 0) / itemsPerSegment);
  const bySize = Math.ceil((description.sizeBytes ?? 0) / bytesPerSegment);
  return Math.min(Math.max(byItems, bySize, 1), atMost);
}
