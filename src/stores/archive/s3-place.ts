import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  paginateListObjectsV2,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { randomUUID } from 'node:crypto';
import pMap from 'p-map';
import pRetry, { AbortError } from 'p-retry';
import { StoreClosedError } from '../../errors.js';
import type { Fence } from '../store.js';
import { FileMissingError, type ArchivePlace, type PlacedFile, type PlacedUpload } from './archive-place.js';
import { fenced, type S3Location } from './s3-client.js';
import { isMissing, s3Error, statusOf } from './s3-errors.js';
import { S3Upload } from './s3-upload.js';

/** Objects are read in ranges, each whole: a connection that is held open while the reader waits is closed by S3. */
const rangeBytes = 4 * 1024 * 1024;
/** A range of 4 MiB may take this much longer than a small request. */
const rangePatience = 6;
const removalsAtATime = 16;

/** An archive below a prefix of an S3 bucket. */
export class S3Place implements ArchivePlace {
  readonly bucket: string;
  readonly keyPrefix: string;
  readonly region: string | undefined;
  #closed = false;

  constructor(
    place: S3Location,
    readonly location: string,
    private readonly client: S3Client,
    private readonly requestTimeoutMs: number,
  ) {
    this.bucket = place.bucket;
    const prefix = place.prefix.split('/').filter((segment) => segment !== '');
    this.keyPrefix = prefix.map((segment) => `${segment}/`).join('');
    this.region = place.region;
  }

  read(path: string): Promise<Buffer | undefined> {
    return this.attempt('reading', path, async () => {
      try {
        return await this.#get(path);
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    });
  }

  async *chunks(path: string): AsyncIterable<Uint8Array> {
    const head = await this.attempt('reading', path, async () => {
      try {
        return await this.client.send(new HeadObjectCommand(this.object(path)));
      } catch (error) {
        throw isMissing(error) || statusOf(error) === 404 ? new FileMissingError(path) : error;
      }
    });
    const sizeBytes = head.ContentLength ?? 0;
    for (let from = 0; from < sizeBytes; from += rangeBytes) {
      const to = Math.min(from + rangeBytes, sizeBytes) - 1;
      yield await this.attempt('reading', path, () => this.#get(path, `bytes=${from}-${to}`, head.ETag));
    }
  }

  async folders(folder: string): Promise<string[]> {
    const prefix = this.#prefix(folder);
    const names: string[] = [];
    for await (const page of this.#list({ Prefix: prefix, Delimiter: '/' })) {
      for (const { Prefix } of page.CommonPrefixes ?? []) names.push((Prefix ?? '').slice(prefix.length, -1));
    }
    return names.filter((name) => name !== '');
  }

  async *files(folder: string, prefix = ''): AsyncIterable<PlacedFile> {
    for await (const page of this.#list({ Prefix: this.#prefix(folder) + prefix })) {
      for (const { Key = '', Size = 0 } of page.Contents ?? []) {
        // The consoles of S3 make empty objects to show folders.
        if (!Key.endsWith('/')) yield { path: Key.slice(this.keyPrefix.length), sizeBytes: Size };
      }
    }
  }

  async put(path: string, body: Uint8Array, fence?: Fence): Promise<void> {
    const command = new PutObjectCommand({ ...this.object(path), Body: body });
    await this.attempt('writing', path, () => this.client.send(fenced(command, fence)));
  }

  async create(path: string, body: Uint8Array, fence?: Fence): Promise<boolean> {
    const command = new PutObjectCommand({ ...this.object(path), Body: body, IfNoneMatch: '*' });
    return this.attempt('writing', path, async () => {
      try {
        await this.client.send(fenced(command, fence));
        return true;
      } catch (error) {
        if (statusOf(error) === 412) return false;
        throw error;
      }
    });
  }

  upload(path: string, fence?: Fence): PlacedUpload {
    return new S3Upload(this.client, this.object(path), this.requestTimeoutMs, fence);
  }

  async remove(paths: readonly string[], fence?: Fence): Promise<void> {
    const one = (path: string): Promise<unknown> =>
      this.attempt('removing', path, () => this.client.send(fenced(new DeleteObjectCommand(this.object(path)), fence)));
    await pMap(paths, one, { concurrency: removalsAtATime });
  }

  prune(): Promise<void> {
    return Promise.resolve();
  }

  /** Aborts uploads whose parts would be billed for ever. Servers that cannot list uploads keep them. */
  async removeLeftovers(pathPrefix: string, fence?: Fence): Promise<void> {
    const list = new ListMultipartUploadsCommand({ Bucket: this.bucket, Prefix: this.keyPrefix + pathPrefix });
    const found = await this.attempt('listing uploads of', pathPrefix, async () => {
      try {
        return await this.client.send(list);
      } catch (error) {
        if ([400, 404, 405, 501].includes(statusOf(error) ?? 0)) return { Uploads: [] };
        throw error;
      }
    });
    for (const { Key, UploadId } of found.Uploads ?? []) {
      const abort = new AbortMultipartUploadCommand({ Bucket: this.bucket, Key, UploadId });
      await this.client.send(fenced(abort, fence)).catch(() => undefined);
    }
  }

  async complaint(role: 'source' | 'target'): Promise<string | undefined> {
    try {
      await this.#list({ Prefix: this.keyPrefix }).next();
      if (role === 'target') {
        const probe = `carryover/tmp/probe~${randomUUID()}`;
        await this.put(probe, new Uint8Array());
        await this.remove([probe]);
      }
      return undefined;
    } catch (error) {
      return s3Error(error, 'using', this.location).message;
    }
  }

  close(): Promise<void> {
    this.#closed = true;
    this.client.destroy();
    return Promise.resolve();
  }

  /** An object's name for a request. Throws when the place was closed. */
  object(path: string): { Bucket: string; Key: string } {
    if (this.#closed) throw new StoreClosedError(`${this.location} is closed`);
    return { Bucket: this.bucket, Key: this.keyPrefix + path };
  }

  async attempt<T>(doing: string, path: string, run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (error) {
      if (error instanceof FileMissingError) throw error;
      throw s3Error(error, doing, `s3://${this.bucket}/${this.keyPrefix}${path}`);
    }
  }

  /** The SDK retries a request that fails, but not a body that breaks off: that is done here. */
  #get(path: string, range?: string, etag?: string): Promise<Buffer> {
    const object = this.object(path);
    const get = async (): Promise<Buffer> => {
      const command = new GetObjectCommand({
        ...object,
        ...(range === undefined ? {} : { Range: range }),
        ...(etag === undefined ? {} : { IfMatch: etag }),
      });
      const abortSignal = AbortSignal.timeout(this.requestTimeoutMs * rangePatience);
      const answer = await this.client.send(command, { abortSignal }).catch((error: unknown) => {
        throw new AbortError(error as Error);
      });
      return Buffer.from((await answer.Body?.transformToByteArray()) ?? new Uint8Array());
    };
    return pRetry(get, { retries: 4, minTimeout: 100, randomize: true });
  }

  async *#list(input: { Prefix: string; Delimiter?: string }) {
    try {
      yield* paginateListObjectsV2({ client: this.client }, { Bucket: this.bucket, ...input });
    } catch (error) {
      throw s3Error(error, 'listing', `s3://${this.bucket}/${input.Prefix}`);
    }
  }

  #prefix(folder: string): string {
    return this.object(folder === '' ? '' : `${folder}/`).Key;
  }
}
