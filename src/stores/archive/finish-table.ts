import pMap from 'p-map';
import { CorruptDataError } from '../../errors.js';
import type { Fence } from '../store.js';
import type { ArchivePlace } from './archive-place.js';
import { findTable, type ArchivedTable } from './catalogue.js';
import type { OwnDescription } from './description-file.js';
import { dataEnding, joinPath, parsePartName } from './layout.js';
import { filesName, md5Base64, summaryName, type ManifestFile, type ManifestSummary } from './manifests.js';
import { dataPath, readSidecar, sidecarNames, type Sidecar } from './parts.js';

/** Sidecars are small files; on S3 each is a request of some 20 ms. */
const readsAtATime = 16;

interface Part {
  readonly name: string;
  readonly sidecar: Sidecar;
}

/**
 * Writes the manifests of a table whose parts are all written: the list of files, then the summary, whose being there
 * says that the export is complete. What is written follows from the parts alone, so doing it again changes nothing.
 * Parts that a killed call left without a sidecar go first: AWS's import reads every file in `data`.
 */
export async function finishTable(place: ArchivePlace, name: string, fence?: Fence): Promise<void> {
  const table = await findTable(place, name);
  const { own } = table;
  // An export that AWS made is finished.
  if (own === undefined) return;
  const parts = await readParts(place, table);
  await removeStrays(place, table, parts, fence);
  const files = parts.map((part) => manifestFile(place, table, part));
  const filesBody = Buffer.from(files.map((file) => `${JSON.stringify(file)}\n`).join(''));
  await putChecked(place, joinPath(table.paths.folder, filesName), filesBody, fence);
  const summaryBody = Buffer.from(JSON.stringify(summaryOf(place, table, own, parts)));
  await putChecked(place, joinPath(table.paths.folder, summaryName), summaryBody, fence);
}

async function readParts(place: ArchivePlace, table: ArchivedTable): Promise<Part[]> {
  const names: string[] = [];
  for await (const name of sidecarNames(place, table)) names.push(name);
  const read = async (name: string): Promise<Part> => {
    const sidecar = await readSidecar(place, table, name);
    if (sidecar === undefined) throw new CorruptDataError(`${place.location}: part ${name} was removed meanwhile`);
    return { name, sidecar };
  };
  return pMap(names.sort(), read, { concurrency: readsAtATime });
}

async function removeStrays(
  place: ArchivePlace,
  table: ArchivedTable,
  parts: readonly Part[],
  fence: Fence | undefined,
): Promise<void> {
  const folder = joinPath(table.paths.folder, 'data');
  const missing = new Set(parts.map((part) => part.name));
  const strays: string[] = [];
  for await (const { path } of place.files(folder)) {
    const name = path.slice(folder.length + 1, -dataEnding.length);
    if (!missing.delete(name) && parsePartName(name) !== undefined) strays.push(path);
  }
  const [lost] = missing;
  if (lost !== undefined) throw new CorruptDataError(`${place.location}: ${dataPath(table, lost)} is missing`);
  await place.remove(strays, fence);
  await place.removeLeftovers(joinPath(folder, 'u'), fence);
}

function manifestFile(place: ArchivePlace, table: ArchivedTable, { name, sidecar }: Part): ManifestFile {
  const { itemCount, md5Checksum, etag } = sidecar;
  return { itemCount, md5Checksum, etag, dataFileS3Key: place.keyPrefix + dataPath(table, name) };
}

/**
 * The summary in AWS's order. What only AWS knows is filled so that it fits the format: the account is 000000000000, and
 * the region the bucket's. The size is that of the lines before compression.
 */
function summaryOf(
  place: ArchivePlace,
  table: ArchivedTable,
  own: OwnDescription,
  parts: readonly Part[],
): ManifestSummary {
  const tableArn = `arn:aws:dynamodb:${place.region ?? 'us-east-1'}:000000000000:table/${table.name}`;
  const endTime = parts.reduce(
    (latest, { sidecar }) => (sidecar.writtenAt > latest ? sidecar.writtenAt : latest),
    own.createdAt,
  );
  return {
    version: '2020-06-30',
    exportArn: `${tableArn}/export/${own.exportId}`,
    startTime: own.createdAt,
    endTime,
    tableArn,
    tableId: own.tableId,
    exportTime: own.createdAt,
    s3Bucket: place.bucket,
    s3Prefix: `${place.keyPrefix}${table.base}`,
    s3SseAlgorithm: 'AES256',
    s3SseKmsKeyId: null,
    manifestFilesS3Key: place.keyPrefix + joinPath(table.paths.folder, filesName),
    billedSizeBytes: parts.reduce((sum, { sidecar }) => sum + sidecar.linesSizeBytes, 0),
    itemCount: parts.reduce((sum, { sidecar }) => sum + sidecar.itemCount, 0),
    outputFormat: 'DYNAMODB_JSON',
    exportType: 'FULL_EXPORT',
  };
}

/** The checksum first: a manifest whose checksum is of another version is taken for damaged, one without is not there. */
async function putChecked(place: ArchivePlace, path: string, body: Buffer, fence: Fence | undefined): Promise<void> {
  await place.put(`${path.slice(0, -'.json'.length)}.md5`, Buffer.from(md5Base64(body)), fence);
  await place.put(path, body, fence);
}
