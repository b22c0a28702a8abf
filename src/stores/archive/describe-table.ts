import { InputError } from '../../errors.js';
import type { KeyColumn, TableDescription } from '../store.js';
import type { ArchivePlace } from './archive-place.js';
import { findTable, type ArchivedTable } from './catalogue.js';
import type { OwnDescription } from './description-file.js';
import type { ManifestSummary } from './manifests.js';
import { currentSummary } from './parts.js';
import { assertReadable } from './read-segment.js';

/**
 * A table as it was where it came from, or, for an export of AWS, with the key that the URL names: AWS's layout does not
 * say what a table's key is. Items and size are known once the export is complete.
 */
export async function describeTable(
  place: ArchivePlace,
  name: string,
  key: readonly KeyColumn[] | undefined,
): Promise<TableDescription> {
  const table = await findTable(place, name);
  assertReadable(table);
  const summary = await currentSummary(place, table);
  if (table.own !== undefined) return ownDescription(table, table.own, summary);
  if (key === undefined || key.length === 0) {
    const message = 'an export of AWS does not say what its key is: name it in the URL, such as ?key=pk:S,sk:N';
    throw new InputError([{ field: `table "${name}" in ${place.location}`, message }]);
  }
  const metadata = { exportArn: summary?.exportArn ?? '', exportTime: summary?.exportTime ?? null };
  return { name, identity: table.exportId, key, ...sizes(summary), origin: { engine: 'archive', metadata } };
}

function ownDescription(
  table: ArchivedTable,
  own: OwnDescription,
  summary: ManifestSummary | undefined,
): TableDescription {
  const { name, key, ttlAttribute, origin } = own.table;
  const ttl = ttlAttribute === undefined ? {} : { ttlAttribute };
  return { name, identity: table.exportId, key, ...sizes(summary), ...ttl, origin };
}

/** AWS bills, and names, 0 bytes for what it does not charge: that is no size. */
function sizes(summary: ManifestSummary | undefined): Pick<TableDescription, 'items' | 'sizeBytes'> {
  if (summary === undefined) return {};
  const sizeBytes = summary.billedSizeBytes ?? 0;
  return { items: summary.itemCount, ...(sizeBytes > 0 ? { sizeBytes } : {}) };
}
