import type { Preflight, TableDescription } from '../../store.js';
import { inSchema } from './in-schema.js';
import type { Queryable } from './in-schema.js';
import { dropFaults } from './preflight-drop.js';
import { sourceFindings } from './preflight-source.js';
import { targetFindings } from './preflight-target.js';

/** One thing that was found; the field is added, since it is the table always. */
export interface Finding {
  readonly severity: 'fault' | 'warning';
  readonly message: string;
}

/**
 * What keeps the table from being carried out of or into this schema, as faults, and what is not carried with it, as
 * warnings. Reads the catalog, and by index the leading key column when it may hold what is no number. As a source, the
 * table must be there: throws TableNotFoundError.
 */
export async function preflightTable(
  client: Queryable,
  schema: string,
  description: TableDescription,
  role: 'source' | 'target',
): Promise<Preflight> {
  const { found, drop } = await inSchema(client, schema, 'read', async (connection) =>
    role === 'source'
      ? { found: await sourceFindings(connection, schema, description), drop: [] }
      : {
          drop: await dropFaults(connection, schema, description.name),
          found: await targetFindings(connection, schema, description),
        },
  );
  const of = (severity: Finding['severity']) =>
    found
      .filter((finding) => finding.severity === severity)
      .map(({ message }) => ({ field: `table "${description.name}"`, message }));
  return { faults: of('fault'), warnings: of('warning'), ...(drop.length === 0 ? {} : { drop }) };
}
