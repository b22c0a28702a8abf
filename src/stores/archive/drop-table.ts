import { InputError } from '../../errors.js';
import type { Fence } from '../store.js';
import type { ArchivePlace } from './archive-place.js';
import { allTables } from './catalogue.js';
import { readDescription, removeDescription, replaceDescription } from './description-file.js';
import { exportPaths, joinPath, tableFolder, temporariesFolder, type ExportPaths } from './layout.js';

/** One call removes at most this many files, so that it ends in time on S3. */
const filesAtATime = 5_000;

/**
 * Drops a table that Carryover wrote: its description says so first, so that a table of which a part is gone is never
 * read; then the files of the layout go, and last the description. Whatever else lies in its folder stays. An export
 * that Carryover did not write may be somebody's only backup: it is refused. Returns false when files remain.
 */
export async function dropTable(place: ArchivePlace, table: string, fence?: Fence): Promise<boolean> {
  const base = tableFolder(table);
  const own = await readDescription(place, base);
  if (own === undefined || own.table.name !== table) {
    for await (const found of allTables(place)) {
      if (found.name === table) throw foreignExport(place, table, found.paths.folder);
    }
    return true;
  }
  if (own.state === 'here') await replaceDescription(place, base, { ...own, state: 'dropping' }, fence);
  const paths = exportPaths(base, own.exportId);
  const files = await filesToRemove(place, paths);
  await place.remove(files, fence);
  if (files.length === filesAtATime) return false;
  await place.removeLeftovers(joinPath(paths.folder, 'data', 'u'), fence);
  await removeDescription(place, base, fence);
  await place.prune(base);
  await place.prune(temporariesFolder(`${base}/`));
  return true;
}

/** The files of one export that are AWS's layout or Carryover's sidecars, manifests first. */
async function filesToRemove(place: ArchivePlace, paths: ExportPaths): Promise<string[]> {
  const layout = /^(_started|manifest-(summary|files)\.(json|md5)|data\/u\d+-p\d+\.json\.gz)$/;
  const files: string[] = [];
  for await (const { path } of place.files(paths.folder)) {
    if (layout.test(path.slice(paths.folder.length + 1))) files.push(path);
    if (files.length === filesAtATime) return files;
  }
  for await (const { path } of place.files(paths.sidecars)) {
    files.push(path);
    if (files.length === filesAtATime) return files;
  }
  return files;
}

function foreignExport(place: ArchivePlace, table: string, folder: string): InputError {
  const message = `${place.location}: ${folder} is an export that Carryover did not write and never drops; remove it yourself`;
  return new InputError([{ field: `table "${table}"`, message }]);
}
