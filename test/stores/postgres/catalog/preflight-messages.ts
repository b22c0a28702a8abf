import { preflightTable } from '../../../../src/stores/postgres/catalog/preflight.js';
import type { TableDescription } from '../../../../src/stores/store.js';
import type pg from 'pg';

export interface Messages {
  readonly faults: string[];
  readonly warnings: string[];
}

export const nothing: Messages = { faults: [], warnings: [] };

/** What preflight says of a table, each message about that table. */
export async function preflightMessages(
  pool: pg.Pool,
  schema: string,
  description: TableDescription,
  role: 'source' | 'target',
): Promise<Messages> {
  const { faults, warnings } = await preflightTable(pool, schema, description, role);
  for (const { field } of [...faults, ...warnings]) expect(field).toBe(`table "${description.name}"`);
  return { faults: faults.map(({ message }) => message), warnings: warnings.map(({ message }) => message) };
}
