import { CorruptDataError, UnitsFailedError } from '../../errors.js';
import type { Ledger, UnitRecord } from '../../ledger/ledger.js';
import { countUnits, type UnitCounts } from './unit-counts.js';

const namedAtMost = 10;

/**
 * What the units have done. Throws UnitsFailedError that names the units that are not done, the first ones with their errors, and
 * CorruptDataError where the ledger lacks some that were planned: nobody was given these.
 */
export async function assertDone(ledger: Ledger, phase: string, scope: string, count: number): Promise<UnitCounts> {
  const first: UnitRecord[] = [];
  let failed = 0;
  const counts = await countUnits(ledger.units(scope, count), (unit) => {
    failed += 1;
    if (first.length < namedAtMost) first.push(unit);
  });
  if (counts.units < count)
    throw new CorruptDataError(
      `the ledger holds ${counts.units} of the ${count} units of ${scope}, and others were planned: restore it, or start again with fresh`,
    );
  if (failed === 0) return counts;
  const named = first.map(({ unit, table, failure }) => {
    const why = failure === undefined ? 'ended before it was done' : `${failure.name}: ${failure.message}`;
    return `unit ${unit} of table "${table}": ${why}`;
  });
  const more = failed > first.length ? [`… and ${failed - first.length} more in the ledger`] : [];
  throw new UnitsFailedError([`${failed} of ${count} units of ${phase} failed`, ...named, ...more].join('\n'));
}
