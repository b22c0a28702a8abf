import { TableNotFoundError } from '../../errors.js';
import type { Store, TableDescription } from '../../stores/store.js';

/** The description, or undefined for a table that is not there. Any other failure is a failure, never absence. */
export async function describeIfThere(store: Store, table: string): Promise<TableDescription | undefined> {
  try {
    return await store.describe(table);
  } catch (error) {
    if (error instanceof TableNotFoundError) return undefined;
    throw error;
  }
}
