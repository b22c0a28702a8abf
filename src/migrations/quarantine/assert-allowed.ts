import { ItemsQuarantinedError } from '../../errors.js';
import type { Ledger } from '../../ledger/ledger.js';
import { entries } from './quarantine.js';
import { quarantineScope } from './quarantine-entry.js';

/** How many items an error names. */
const named = 10;

/** Throws ItemsQuarantinedError when more items are in quarantine than the migration allows. */
export async function assertAllowed(ledger: Ledger, attempt: string, allowed: number): Promise<void> {
  const first: { table: string; key: string; reason: string }[] = [];
  let count = 0;
  for await (const { table, key, error, reason } of entries(ledger, attempt)) {
    count += 1;
    if (first.length < named) first.push({ table, key, reason: `${error}: ${reason}` });
  }
  if (count <= allowed) return;
  const place = `${ledger.location}, documents of "${quarantineScope(attempt)}"`;
  throw new ItemsQuarantinedError(first, { count, allowed, place });
}
