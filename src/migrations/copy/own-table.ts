import type { AttemptTable } from '../../versions/attempt-tables.js';
import type { TableDescription } from '../../stores/store.js';

/** Whether the attempt's own table is the very one that it created: a fresh start drops no other. */
export function isUntouched(existing: TableDescription, listed: AttemptTable | undefined): boolean {
  return isOwn(existing, listed) && (listed?.identity === undefined || listed.identity === existing.identity);
}

/**
 * Whether the attempt made the table, and units of another ledger may have written into it. An archive names its parts by
 * units: those of another plan would stay beside this one's.
 */
export function isPlannedElsewhere(
  existing: TableDescription,
  listed: AttemptTable | undefined,
  ledger: string,
): boolean {
  return isUntouched(existing, listed) && listed?.ledger !== undefined && listed.ledger !== ledger;
}

/**
 * Whether the table that is there is the attempt's own: it was listed before it was created, and what is there is not
 * the table that was to be replaced by it. A table whose identity changed since (a restored backup brings the attempt's
 * list back together with the table) is the attempt's own too; its units start again.
 */
export function isOwn(existing: TableDescription, listed: AttemptTable | undefined): boolean {
  return listed !== undefined && listed.created && existing.identity !== listed.replacing;
}
