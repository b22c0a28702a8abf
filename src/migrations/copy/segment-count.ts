import type { Settings } from '../../settings.js';
import type { TableDescription } from '../../stores/store.js';

/** A Map passes the numbers of its units through one state of 256 KB: 26 bytes for each of 10,000. */
export const maxUnits = 10_000;

/** What is known of a table's size. */
export type TableSize = Pick<TableDescription, 'items' | 'sizeBytes'>;

/** A segment that is smaller costs more than 1 % of requests beyond the copy's own: some twenty a unit, over Migrate and Validate. */
const small = { items: 50_000, sizeBytes: 128 * 1024 * 1024 };
/** Minutes of one worker. Larger tables have more segments than workers, so that the last worker does not work alone for long. */
const large = { items: 200_000, sizeBytes: 512 * 1024 * 1024 };
const whenUnknown = 4;
/** Of a table whose segments nobody set. */
export const mostByDefault = 1_000;

/**
 * How many segments a table is best read in: one for each worker if that does not make them small, more where they would be
 * large, and far below the 10,000 units of a run.
 */
export function segmentCount(size: TableSize, settings: Settings): number {
  if (settings.segments !== undefined) return settings.segments;
  // An estimate of zero is no knowledge: DynamoDB's is up to six hours old.
  if (!size.items && !size.sizeBytes) return whenUnknown;
  const most = pieces(size, small);
  const least = pieces(size, large);
  return Math.min(most, Math.max(settings.concurrency, least), mostByDefault);
}

/**
 * The most segments that each of several tables may have so that they have no more than `units` together, where each has as many
 * as are `wanted` or, if those are more, this many: the largest tables give way. At least 1, which is too much only where there are
 * more tables than units.
 */
export function mostSegments(wanted: readonly number[], units: number): number {
  let [left, tables] = [units, wanted.length];
  for (const count of wanted.toSorted((a, b) => a - b)) {
    const share = Math.floor(left / tables);
    if (count > share) return Math.max(share, 1);
    left -= count;
    tables -= 1;
  }
  return Math.max(units, 1);
}

function pieces({ items = 0, sizeBytes = 0 }: TableSize, piece: { items: number; sizeBytes: number }): number {
  return Math.max(Math.ceil(items / piece.items), Math.ceil(sizeBytes / piece.sizeBytes), 1);
}
