import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { ThrottledError } from '../../errors.js';
import {
  noAnswer,
  type DriverPage,
  type KeyValueDriver,
  type PageStart,
  type StoredEntry,
} from '../../kv/key-value-driver.js';
import {
  decodeEntry,
  encodeEntry,
  entriesFolder,
  entriesOfPage,
  entryName,
  pageOf,
} from './archive-key-value-entries.js';
import { joinPath } from './layout.js';
import type { S3Place } from './s3-place.js';
import { isMissing, s3Error, statusOf } from './s3-errors.js';

interface Found {
  readonly etag: string | undefined;
  readonly entry: StoredEntry & { readonly key: Uint8Array };
}

/**
 * Entries as objects, written on the condition that the object is still the one that was read (its entity tag, which
 * differs with each write since the body holds the write's id), or that there is none.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
export class S3KeyValueDriver implements KeyValueDriver {
  readonly location: string;
  readonly #place: S3Place;
  readonly #client: S3Client;
  readonly #pageEntries: number;

  /** `client` sends each request once: what became of a write whose answer was lost is found out above. */
  constructor(place: S3Place, client: S3Client, pageEntries = entriesOfPage) {
    this.#pageEntries = pageEntries;
    this.location = place.location;
    this.#place = place;
    this.#client = client;
  }

  async read(partition: Uint8Array, key: Uint8Array): Promise<StoredEntry | undefined> {
    return (await this.#find(entryPath(partition, key)))?.entry;
  }

  async write(partition: Uint8Array, key: Uint8Array, entry: StoredEntry): Promise<void> {
    const path = entryPath(partition, key);
    const command = new PutObjectCommand({ ...this.#place.object(path), Body: encodeEntry(key, entry) });
    await this.#attempt('writing', path, () => this.#client.send(command));
  }

  async writeIf(
    partition: Uint8Array,
    key: Uint8Array,
    entry: StoredEntry,
    expected: string | undefined,
  ): Promise<boolean> {
    const path = entryPath(partition, key);
    const found = expected === undefined ? undefined : await this.#find(path);
    if (found?.entry.writes[0] !== expected) return false;
    const condition = found === undefined ? { IfNoneMatch: '*' } : { IfMatch: found.etag };
    const command = new PutObjectCommand({
      ...this.#place.object(path),
      Body: encodeEntry(key, entry),
      ...condition,
    });
    return this.#attempt('writing', path, async () => {
      try {
        await this.#client.send(command);
        return true;
      } catch (error) {
        // 404: the object that had to match was removed.
        if (statusOf(error) === 412 || isMissing(error)) return false;
        // Another conditional write of the object was under way; this one did nothing.
        if (statusOf(error) === 409) throw new ThrottledError(`${path} is being written`, { cause: error });
        throw error;
      }
    });
  }

  async remove(partition: Uint8Array, key: Uint8Array): Promise<void> {
    const path = entryPath(partition, key);
    const command = new DeleteObjectCommand(this.#place.object(path));
    await this.#attempt('removing', path, () => this.#client.send(command));
  }

  async page(partition: Uint8Array, start: PageStart): Promise<DriverPage> {
    const folder = joinPath(entriesFolder, entryName(partition));
    const names: string[] = [];
    for await (const { path } of this.#place.files(folder)) names.push(path.slice(folder.length + 1));
    return pageOf(names, start, this.#pageEntries, async (name) => (await this.#find(joinPath(folder, name)))?.entry);
  }

  close(): Promise<void> {
    this.#client.destroy();
    return Promise.resolve();
  }

  #find(path: string): Promise<Found | undefined> {
    return this.#attempt('reading', path, async () => {
      try {
        const answer = await this.#client.send(new GetObjectCommand(this.#place.object(path)));
        const body = Buffer.from((await answer.Body?.transformToByteArray()) ?? new Uint8Array());
        return { etag: answer.ETag, entry: decodeEntry(body, path) };
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    });
  }

  async #attempt<T>(doing: string, path: string, run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (error) {
      const failed = s3Error(error, doing, `${this.location}/${path}`);
      // Without a status there was no answer: then it matters whether the request was sent at all.
      throw failed.name === 'StoreUnavailableError' && statusOf(error) === undefined
        ? noAnswer(this.location, error)
        : failed;
    }
  }
}

function entryPath(partition: Uint8Array, key: Uint8Array): string {
  return joinPath(entriesFolder, entryName(partition), entryName(key));
}
