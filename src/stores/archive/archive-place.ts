import type { Fence } from '../store.js';

/**
 * Where an archive lies: a folder on disk, or a prefix in an S3 bucket. All that the archive does is said in these few
 * operations on whole files, so that both places hold the same bytes under the same names. Paths are relative to the
 * place, with `/` between their segments and none at either end; '' is the place itself.
 *
 * Promised by both: a file is seen whole or not at all, whenever the writer is killed; a read after an acknowledged
 * write sees it. `fence` is asked before each request that can be seen by others.
 *
 * Throws InputError for what retrying does not mend (no rights, no bucket), StoreUnavailableError and ThrottledError
 * for what it may.
 */
export interface ArchivePlace {
  /** For people: `archive:/backups`, `s3://bucket/prefix`. */
  readonly location: string;
  /** The bucket as manifests name it; '' on disk. */
  readonly bucket: string;
  /** What precedes a path in the object's key: '' or `a/b/`. */
  readonly keyPrefix: string;
  readonly region: string | undefined;

  /** A small file; undefined when there is none, and only then. */
  read(path: string): Promise<Buffer | undefined>;
  /** A large file, piece by piece. Throws FileMissingError when there is none, CorruptDataError when it changes meanwhile. */
  chunks(path: string): AsyncIterable<Uint8Array>;
  /** The names of the folders directly below `folder`; none when it is not there. */
  folders(folder: string): Promise<string[]>;
  /** The files below `folder`, at any depth, whose path from there begins with `prefix`; none when it is not there. */
  files(folder: string, prefix?: string): AsyncIterable<PlacedFile>;
  /** Writes a small file, whatever is there. */
  put(path: string, body: Uint8Array, fence?: Fence): Promise<void>;
  /** Writes a small file where there is none. False: there is one. */
  create(path: string, body: Uint8Array, fence?: Fence): Promise<boolean>;
  /** Begins a large file, which is there once `finish` returned and not before. */
  upload(path: string, fence?: Fence): PlacedUpload;
  /** Removes files; absent ones are no error. */
  remove(paths: readonly string[], fence?: Fence): Promise<void>;
  /** Removes `folder` and those below it where they are empty (a bucket has none). */
  prune(folder: string): Promise<void>;
  /** Frees what killed uploads to paths that begin with `pathPrefix` left behind. */
  removeLeftovers(pathPrefix: string, fence?: Fence): Promise<void>;
  /** What is wrong with the place, in a sentence; undefined when it can be read, or written. */
  complaint(role: 'source' | 'target'): Promise<string | undefined>;
  close(): Promise<void>;
}

export interface PlacedFile {
  readonly path: string;
  readonly sizeBytes: number;
}

/** Not for concurrent use. */
export interface PlacedUpload {
  /** Returns when more may be written: memory stays bounded. */
  write(chunk: Uint8Array): Promise<void>;
  /** Makes the file durable and puts it in place of any other. Returns the entity tag that a manifest names. */
  finish(): Promise<{ etag: string; requests: number }>;
  /** Gives the upload up. Safe at any time, never throws. */
  abandon(): Promise<void>;
}

/** A file that must be there is not. The caller knows whether this is corruption. */
export class FileMissingError extends Error {
  override readonly name = 'FileMissingError';
  constructor(readonly path: string) {
    super(`${path} is missing`);
  }
}
