import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  UploadPartCommand,
  type CompletedPart,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { Fence } from '../store.js';
import type { PlacedUpload } from './archive-place.js';
import { fenced } from './s3-client.js';
import { s3Error } from './s3-errors.js';

/** S3 asks for 5 MiB or more in each part but the last; of 8 MiB, 64 MiB make eight requests. */
const partBytes = 8 * 1024 * 1024;

/** A part may take this much longer than a small request: nobody sees it before the upload is completed. */
const partPatience = 12;

/**
 * An object that is seen once it is complete: one PutObject when it is small, else a multipart upload of which one part
 * is in memory and one under way. Written here and not by the SDK's uploader, because the fence must be asked before the
 * very request that makes the object visible.
 */
export class S3Upload implements PlacedUpload {
  readonly #client: S3Client;
  readonly #object: { readonly Bucket: string; readonly Key: string };
  readonly #requestTimeoutMs: number;
  readonly #fence: Fence | undefined;
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  #uploadId: string | undefined;
  #parts: Promise<CompletedPart>[] = [];
  #requests = 0;

  constructor(
    client: S3Client,
    object: { readonly Bucket: string; readonly Key: string },
    requestTimeoutMs: number,
    fence: Fence | undefined,
  ) {
    this.#client = client;
    this.#object = object;
    this.#requestTimeoutMs = requestTimeoutMs;
    this.#fence = fence;
  }

  async write(chunk: Uint8Array): Promise<void> {
    // A copy: the caller may fill its buffer again.
    this.#pending.push(Uint8Array.from(chunk));
    this.#pendingBytes += chunk.byteLength;
    if (this.#pendingBytes >= partBytes) await this.#sendPart();
  }

  async finish(): Promise<{ etag: string; requests: number }> {
    if (this.#uploadId === undefined) return this.#putWhole();
    if (this.#pendingBytes > 0) await this.#sendPart();
    const parts = await this.#attempt(() => Promise.all(this.#parts));
    const done = await this.#attempt(() => {
      const upload = { ...this.#object, UploadId: this.#uploadId, MultipartUpload: { Parts: parts } };
      return this.#client.send(fenced(new CompleteMultipartUploadCommand(upload), this.#fence));
    });
    this.#uploadId = undefined;
    return this.#result(done.ETag);
  }

  async abandon(): Promise<void> {
    this.#pending = [];
    this.#pendingBytes = 0;
    const UploadId = this.#uploadId;
    this.#uploadId = undefined;
    await Promise.allSettled(this.#parts);
    if (UploadId === undefined) return;
    await this.#client.send(new AbortMultipartUploadCommand({ ...this.#object, UploadId })).catch(() => undefined);
  }

  async #putWhole(): Promise<{ etag: string; requests: number }> {
    const Body = Buffer.concat(this.#pending);
    this.#pending = [];
    const command = new PutObjectCommand({ ...this.#object, Body });
    const done = await this.#attempt(() => this.#client.send(fenced(command, this.#fence)));
    return this.#result(done.ETag);
  }

  /** Sends what is pending, when the part before it has arrived. */
  async #sendPart(): Promise<void> {
    const Body = Buffer.concat(this.#pending);
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#uploadId ??= await this.#begin();
    await this.#attempt(() => Promise.all(this.#parts.slice(-1)));
    const part = this.#uploadPart(Body, this.#parts.length + 1);
    // Its failure is told by whoever waits for it next; until then nobody does.
    part.catch(() => undefined);
    this.#parts.push(part);
  }

  async #begin(): Promise<string> {
    const command = new CreateMultipartUploadCommand(this.#object);
    const begun = await this.#attempt(() => this.#client.send(fenced(command, this.#fence)));
    if (begun.UploadId === undefined) throw s3Error(new Error('no upload id'), 'writing', this.#object.Key);
    return begun.UploadId;
  }

  async #uploadPart(Body: Buffer, PartNumber: number): Promise<CompletedPart> {
    const command = new UploadPartCommand({ ...this.#object, UploadId: this.#uploadId, PartNumber, Body });
    this.#requests += 1;
    const sent = await this.#client.send(command, { requestTimeout: this.#requestTimeoutMs * partPatience });
    return { PartNumber, ETag: sent.ETag };
  }

  #result(etag: string | undefined): { etag: string; requests: number } {
    return { etag: (etag ?? '').replaceAll('"', ''), requests: this.#requests };
  }

  async #attempt<T>(run: () => Promise<T>): Promise<T> {
    try {
      this.#requests += 1;
      return await run();
    } catch (error) {
      await this.abandon();
      throw s3Error(error, 'writing', `s3://${this.#object.Bucket}/${this.#object.Key}`);
    }
  }
}
