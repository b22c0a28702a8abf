import type { UnitRecord } from '../../ledger/ledger.js';

/** Units of one phase, added up. */
export interface UnitCounts {
  readonly units: number;
  readonly items: number;
  readonly sizeBytes: number;
  /** From the first claim to the last checkpoint, milliseconds. */
  readonly elapsedMs: number;
}

/** Adds up units as they come, none of which is kept. `onPending`: called with each that is not done. */
export async function countUnits(
  units: AsyncIterable<UnitRecord>,
  onPending: (unit: UnitRecord) => void,
): Promise<UnitCounts> {
  const sum = { units: 0, items: 0, sizeBytes: 0 };
  let [from, to] = [Infinity, -Infinity];
  for await (const unit of units) {
    sum.units += 1;
    sum.items += unit.items;
    sum.sizeBytes += unit.sizeBytes;
    if (!unit.done) onPending(unit);
    if (unit.startedAt === undefined) continue;
    from = Math.min(from, Date.parse(unit.startedAt));
    to = Math.max(to, Date.parse(unit.updatedAt));
  }
  return { ...sum, elapsedMs: from === Infinity ? 0 : Math.max(to - from, 0) };
}
