import { InputError, TableNotFoundError } from '../../errors.js';
import type { ArchivePlace } from './archive-place.js';
import { readDescription, type OwnDescription } from './description-file.js';
import { exportPaths, exportsFolder, joinPath, ownFolder, tableFolder, type ExportPaths } from './layout.js';
import { readSummary, type ManifestSummary } from './manifests.js';

/** A table in an archive: one that Carryover wrote (`own`), or an export of AWS (`summary`). */
export interface ArchivedTable {
  readonly name: string;
  /** The folder that holds `AWSDynamoDB`; '' for the place's root. */
  readonly base: string;
  readonly exportId: string;
  readonly paths: ExportPaths;
  readonly own?: OwnDescription;
  /** Of an export that Carryover did not write: always there, since without it the export is not complete. */
  readonly summary?: ManifestSummary;
}

/**
 * All tables of a place. It may be the folder of one export, a folder that holds `AWSDynamoDB` with exports (as S3
 * prefixes that exports were asked into do), or a folder of such folders, one a table, as Carryover writes them.
 */
export async function* allTables(place: ArchivePlace): AsyncIterable<ArchivedTable> {
  // An export of Carryover's own table, which is never carried.
  for await (const table of everyTable(place)) if (table.name !== ownFolder) yield table;
}

async function* everyTable(place: ArchivePlace): AsyncIterable<ArchivedTable> {
  const summary = await readSummary(place, '');
  if (summary !== undefined) {
    yield foreignTable('', { folder: '', sidecars: '' }, lastSegment(summary.exportArn), summary);
    return;
  }
  yield* tablesIn(place, '');
  for (const folder of await place.folders('')) {
    if (folder !== ownFolder && folder !== exportsFolder) yield* tablesIn(place, folder);
  }
}

/** The table of this name. Throws TableNotFoundError, and InputError when several exports of it lie here. */
export async function findTable(place: ArchivePlace, name: string): Promise<ArchivedTable> {
  const base = tableFolder(name);
  const own = await readDescription(place, base);
  if (own?.state === 'here' && own.table.name === name) return ownTable(base, own);
  const found: ArchivedTable[] = [];
  for await (const table of allTables(place)) if (table.name === name) found.push(table);
  const [table, other] = found;
  if (table === undefined) throw new TableNotFoundError(name, place.location);
  if (other !== undefined) throw severalExports(place, found);
  return table;
}

/** The error for a name that several exports have, which says how to choose. */
export function severalExports(place: ArchivePlace, tables: readonly ArchivedTable[]): InputError {
  const folders = tables.map((table) => table.paths.folder).join(', ');
  const message = `${tables.length} exports of it are in ${place.location} (${folders}): give the folder of one of them`;
  return new InputError([{ field: `table "${tables[0]?.name ?? ''}"`, message }]);
}

async function* tablesIn(place: ArchivePlace, base: string): AsyncIterable<ArchivedTable> {
  const own = await readDescription(place, base);
  if (own !== undefined) {
    if (own.state === 'here') yield ownTable(base, own);
    return;
  }
  for (const exportId of await place.folders(joinPath(base, exportsFolder))) {
    // Incremental exports share one folder `data` beside those of the exports.
    if (exportId === 'data') continue;
    const paths = exportPaths(base, exportId);
    const summary = await readSummary(place, paths.folder);
    if (summary === undefined) {
      const message = 'manifest-summary.json is missing: the export has not ended, has failed or was not copied whole';
      throw new InputError([{ field: `${place.location}: ${paths.folder}`, message }]);
    }
    yield foreignTable(base, paths, exportId, summary);
  }
}

function ownTable(base: string, own: OwnDescription): ArchivedTable {
  return { name: own.table.name, base, exportId: own.exportId, paths: exportPaths(base, own.exportId), own };
}

function foreignTable(base: string, paths: ExportPaths, exportId: string, summary: ManifestSummary): ArchivedTable {
  return { name: tableOfArn(summary.tableArn), base, exportId, paths, summary };
}

/** `arn:aws:dynamodb:us-east-1:123456789012:table/ProductCatalog` names ProductCatalog. */
function tableOfArn(arn: string): string {
  const start = arn.indexOf(':table/');
  return start === -1 ? arn : arn.slice(start + ':table/'.length);
}

function lastSegment(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}
