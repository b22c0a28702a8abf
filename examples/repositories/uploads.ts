import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { ulid } from 'ulid';
import { InputError } from '../../src/errors.js';
import { NotFoundError } from './errors.js';
import { assertPath } from './limits.js';
import { partKey, partsOf, uploadsOf, type OpenRepository } from './records.js';
import { putObject } from './staging.js';
import type { DataObject } from './objects_pb.js';
import type { Upload, UploadPart } from './uploads_pb.js';

/** S3 takes as many: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
const mostParts = 10_000;

/** What is uploaded. */
export interface UploadToStart {
  readonly path: string;
  readonly address: string;
  readonly contentType?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Begins to upload an object; returns the id of the upload. Throws InputError for a path that cannot be. */
export async function startUpload(home: OpenRepository, upload: UploadToStart): Promise<string> {
  assertPath(upload.path);
  const startedMs = home.clock.now();
  const id = ulid(startedMs);
  const metadata = { ...upload.metadata };
  await uploadsOf(home).set(id, { ...upload, id, metadata, created: timestampFromMs(startedMs) });
  return id;
}

/** Records a part that is there, in the place of one of the same number. Throws InputError and NotFoundError. */
export async function addPart(
  home: OpenRepository,
  uploadId: string,
  { number, ...part }: { readonly number: number; readonly checksum: string; readonly sizeBytes: bigint },
): Promise<void> {
  if (!Number.isInteger(number) || number < 1 || number > mostParts)
    throw new InputError([{ field: 'number', message: `is ${number}; it must be from 1 to ${mostParts}` }]);
  await requireUpload(home, uploadId);
  const uploaded = timestampFromMs(home.clock.now());
  await partsOf(home, uploadId).set(partKey(number), { number, ...part, uploaded });
}

/**
 * Stages the object on a branch, as large as its parts together, and forgets the upload. Killed in between, it can be
 * completed again as long as it is there. Throws NotFoundError, and what `putObject` throws.
 */
export async function completeUpload(
  home: OpenRepository,
  uploadId: string,
  { branch, checksum }: { readonly branch: string; readonly checksum: string },
): Promise<DataObject> {
  const { path, address, metadata } = await requireUpload(home, uploadId);
  let sizeBytes = 0n;
  for await (const part of listParts(home, uploadId)) sizeBytes += part.sizeBytes;
  const object = await putObject(home, branch, { path, address, checksum, sizeBytes, metadata });
  await abortUpload(home, uploadId);
  return object;
}

/**
 * Forgets an upload, then its parts: none that is there lacks any. Killed in between, parts stay that nobody sees. An absent
 * upload is no error.
 */
export async function abortUpload(home: OpenRepository, uploadId: string): Promise<void> {
  const parts = partsOf(home, uploadId);
  await uploadsOf(home).delete(uploadId);
  for await (const { key } of parts.scan()) await parts.delete(key);
}

/** The uploads of a repository that are under way, those that began first coming first. */
export async function* listUploads(home: OpenRepository): AsyncGenerator<Upload> {
  for await (const { message } of uploadsOf(home).scan()) yield message;
}

/** The parts of an upload in the order of their numbers. */
export async function* listParts(home: OpenRepository, uploadId: string): AsyncGenerator<UploadPart> {
  for await (const { message } of partsOf(home, uploadId).scan()) yield message;
}

async function requireUpload(home: OpenRepository, uploadId: string): Promise<Upload> {
  const found = await uploadsOf(home).get(uploadId);
  if (found === undefined) throw new NotFoundError(`there is no upload "${uploadId}" in "${home.repository.name}"`);
  return found.message;
}
