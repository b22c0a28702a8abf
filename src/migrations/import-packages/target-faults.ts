import { InputError, type Fault } from '../../errors.js';
import type { Store, TableDescription } from '../../stores/store.js';
import type { AttemptTable } from '../../versions/attempt-tables.js';
import type { Leg } from './leg.js';

/**
 * Faults where entries would come to others that are there: a table that this attempt did not make must be empty, and an
 * archive's table is written once. `listed`: what the attempt says of the table.
 */
export async function targetFaults(
  { target }: Leg,
  existing: TableDescription,
  listed: AttemptTable | undefined,
): Promise<Fault[]> {
  const field = `table "${existing.name}"`;
  if (!target.capabilities.merge)
    return [
      { field, message: `is in ${target.location} already: an archive's table is written once; name another store` },
    ];
  // Filled by this very attempt, which found it empty.
  if (listed?.identity === existing.identity) return [];
  if (!(await holdsItems(target, existing.name))) return [];
  return [
    { field, message: `holds items in ${target.location}: entries go into a table that is empty or not there yet` },
  ];
}

/** Throws InputError where a table of the target cannot take the entries. */
export async function assertTakes(
  leg: Leg,
  existing: TableDescription,
  listed: AttemptTable | undefined,
): Promise<void> {
  const faults = await targetFaults(leg, existing, listed);
  if (faults.length > 0) throw new InputError(faults);
}

async function holdsItems(store: Store, table: string): Promise<boolean> {
  for (const segment of await store.split(table, 1))
    for await (const { items } of store.read(segment, undefined, { pageItems: 1 })) if (items.length > 0) return true;
  return false;
}
