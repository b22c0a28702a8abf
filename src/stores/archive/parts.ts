import { z } from 'zod';
import { CorruptDataError } from '../../errors.js';
import type { Fence } from '../store.js';
import type { ArchivePlace } from './archive-place.js';
import type { ArchivedTable } from './catalogue.js';
import { dataEnding, joinPath, sidecarEnding } from './layout.js';
import { readFiles, readSummary, type ManifestFile, type ManifestSummary } from './manifests.js';

const sidecarSchema = z.object({
  itemCount: z.number().int().nonnegative(),
  /** Of the compressed file, in base64. */
  md5Checksum: z.string(),
  etag: z.string(),
  /** Of the lines, before compression. */
  linesSizeBytes: z.number().int().nonnegative(),
  writtenAt: z.string(),
});

/** What a part that Carryover wrote must hold. A part without a sidecar is not there: its writer was killed. */
export type Sidecar = z.infer<typeof sidecarSchema>;

/** A data file of a table, and what it must hold; for a part of an unfinished archive, that is read from its sidecar. */
export interface DataFile {
  readonly name: string;
  readonly path: string;
  readonly expected: { readonly itemCount: number; readonly md5Checksum: string } | undefined;
}

/** The data files of a table in the order of their names, which segments and cursors rest on. */
export async function dataFiles(place: ArchivePlace, table: ArchivedTable): Promise<DataFile[]> {
  const summary = await currentSummary(place, table);
  const files =
    summary === undefined
      ? await partsWithSidecar(place, table)
      : (await readFiles(place, table.paths.folder, summary)).map((file) => manifestDataFile(table, file));
  return files.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The summary of a complete export; undefined while Carryover writes it. */
export async function currentSummary(place: ArchivePlace, table: ArchivedTable): Promise<ManifestSummary | undefined> {
  return table.summary ?? readSummary(place, table.paths.folder);
}

/** What `file` must hold. Throws CorruptDataError when its sidecar is gone since it was listed. */
export async function expectedOf(place: ArchivePlace, table: ArchivedTable, file: DataFile) {
  if (file.expected !== undefined) return file.expected;
  const sidecar = await readSidecar(place, table, file.name.slice(0, -dataEnding.length));
  if (sidecar === undefined)
    throw new CorruptDataError(`${place.location}: ${file.path} was removed while it was read`);
  return sidecar;
}

export function dataPath(table: ArchivedTable, part: string): string {
  return joinPath(table.paths.folder, 'data', `${part}${dataEnding}`);
}

export function sidecarPath(table: ArchivedTable, part: string): string {
  return joinPath(table.paths.sidecars, `${part}${sidecarEnding}`);
}

/** The names of all parts that are whole and begin with `prefix`, without endings. */
export async function* sidecarNames(place: ArchivePlace, table: ArchivedTable, prefix = ''): AsyncIterable<string> {
  for await (const { path } of place.files(table.paths.sidecars, prefix)) {
    const name = path.slice(table.paths.sidecars.length + 1);
    if (name.endsWith(sidecarEnding)) yield name.slice(0, -sidecarEnding.length);
  }
}

export async function readSidecar(
  place: ArchivePlace,
  table: ArchivedTable,
  part: string,
): Promise<Sidecar | undefined> {
  const path = sidecarPath(table, part);
  const body = await place.read(path);
  if (body === undefined) return undefined;
  try {
    return sidecarSchema.parse(JSON.parse(body.toString('utf8')));
  } catch (error) {
    throw new CorruptDataError(`${place.location}: ${path} is no description of a part`, { cause: error });
  }
}

export function writeSidecar(
  place: ArchivePlace,
  table: ArchivedTable,
  part: string,
  sidecar: Sidecar,
  fence: Fence | undefined,
): Promise<void> {
  return place.put(sidecarPath(table, part), Buffer.from(`${JSON.stringify(sidecar)}\n`), fence);
}

async function partsWithSidecar(place: ArchivePlace, table: ArchivedTable): Promise<DataFile[]> {
  const files: DataFile[] = [];
  for await (const part of sidecarNames(place, table)) {
    files.push({ name: `${part}${dataEnding}`, path: dataPath(table, part), expected: undefined });
  }
  return files;
}

/**
 * A manifest names keys from the bucket's root as it was when the export was made. The export may have been copied
 * since, so that only what follows its folder is used: `data/x.json.gz`.
 */
function manifestDataFile(table: ArchivedTable, file: ManifestFile): DataFile {
  const name = file.dataFileS3Key.slice(file.dataFileS3Key.lastIndexOf('/') + 1);
  return { name, path: joinPath(table.paths.folder, 'data', name), expected: file };
}
