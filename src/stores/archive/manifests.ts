import { createHash } from 'node:crypto';
import { z } from 'zod';
import { CorruptDataError } from '../../errors.js';
import type { ArchivePlace } from './archive-place.js';
import { joinPath } from './layout.js';

/**
 * The two manifests of an export and their checksum files.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport.Output.html#S3DataExport.Output_Manifest
 */
const summarySchema = z.looseObject({
  version: z.string(),
  exportArn: z.string(),
  startTime: z.string(),
  endTime: z.string(),
  tableArn: z.string(),
  tableId: z.string(),
  exportTime: z.string().nullish(),
  s3Bucket: z.string().nullish(),
  s3Prefix: z.string().nullish(),
  s3SseAlgorithm: z.string().nullish(),
  s3SseKmsKeyId: z.string().nullish(),
  manifestFilesS3Key: z.string(),
  billedSizeBytes: z.number().nullish(),
  itemCount: z.number().int().nonnegative(),
  outputFormat: z.string(),
  /** Absent from exports made before there were incremental ones. */
  exportType: z.string().nullish(),
});

const manifestFileSchema = z.looseObject({
  itemCount: z.number().int().nonnegative(),
  /** Of the compressed file, in base64. */
  md5Checksum: z.string(),
  /** S3's own tag, informative only. */
  etag: z.string().nullish(),
  /** From the bucket's root. */
  dataFileS3Key: z.string(),
});

export type ManifestSummary = z.infer<typeof summarySchema>;
export type ManifestFile = z.infer<typeof manifestFileSchema>;

export const summaryName = 'manifest-summary.json';
export const filesName = 'manifest-files.json';

/** The base64 MD5 that manifests and checksum files hold. */
export function md5Base64(body: Uint8Array): string {
  return createHash('md5').update(body).digest('base64');
}

/** The summary of the export in `folder`; undefined when there is none: the export is not complete. */
export async function readSummary(place: ArchivePlace, folder: string): Promise<ManifestSummary | undefined> {
  const body = await readChecked(place, joinPath(folder, summaryName));
  if (body === undefined) return undefined;
  return parse(summarySchema, body.toString('utf8'), `${place.location}: ${joinPath(folder, summaryName)}`);
}

/** The data files that the manifest of a complete export lists. Throws CorruptDataError when they do not fit `summary`. */
export async function readFiles(
  place: ArchivePlace,
  folder: string,
  summary: ManifestSummary,
): Promise<readonly ManifestFile[]> {
  const path = joinPath(folder, filesName);
  const body = await readChecked(place, path);
  if (body === undefined) throw new CorruptDataError(`${place.location}: ${path} is missing`);
  const files = body
    .toString('utf8')
    .split('\n')
    .flatMap((line, index) =>
      line.trim() === '' ? [] : [parse(manifestFileSchema, line, `${place.location}: ${path}, line ${index + 1}`)],
    );
  if (new Set(files.map((file) => file.dataFileS3Key)).size !== files.length) {
    throw new CorruptDataError(`${place.location}: ${path} lists a data file twice`);
  }
  const items = files.reduce((sum, file) => sum + file.itemCount, 0);
  if (items !== summary.itemCount) {
    throw new CorruptDataError(
      `${place.location}: ${path} lists ${items} items, where ${summaryName} says ${summary.itemCount}`,
    );
  }
  return files;
}

/** Reads a manifest and compares it with its checksum file, where there is one. */
async function readChecked(place: ArchivePlace, path: string): Promise<Buffer | undefined> {
  const body = await place.read(path);
  if (body === undefined) return undefined;
  const stem = path.slice(0, -'.json'.length);
  // The service writes `.md5`; its documentation says `.checksum`.
  const expected = (await place.read(`${stem}.md5`)) ?? (await place.read(`${stem}.checksum`));
  if (expected !== undefined && expected.toString('utf8').trim() !== md5Base64(body)) {
    throw new CorruptDataError(`${place.location}: ${path} does not have the checksum that ${stem}.md5 holds`);
  }
  return body;
}

function parse<T>(schema: z.ZodType<T>, text: string, where: string): T {
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    const reason =
      error instanceof z.ZodError
        ? error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ')
        : 'it is no JSON';
    throw new CorruptDataError(`${where} is no manifest of an export: ${reason}`, { cause: error });
  }
}
