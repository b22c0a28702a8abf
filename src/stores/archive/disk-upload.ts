import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Fence } from '../store.js';
import type { PlacedUpload } from './archive-place.js';
import { codeOf, diskError } from './disk-errors.js';

/**
 * A file that is written under a temporary name, made durable and then renamed: whoever reads the final name finds the
 * whole file or the one before it. The temporary name begins with the final one, so that leftovers can be told.
 */
export class DiskUpload implements PlacedUpload {
  readonly #target: string;
  readonly #temporary: string;
  readonly #fence: Fence | undefined;
  readonly #md5 = createHash('md5');
  #handle: FileHandle | undefined;
  #sizeBytes = 0;

  constructor(target: string, temporaries: string, fence: Fence | undefined) {
    this.#target = target;
    this.#temporary = join(temporaries, `${basename(target)}~${randomUUID()}`);
    this.#fence = fence;
  }

  async write(chunk: Uint8Array): Promise<void> {
    const doing = `writing ${chunk.byteLength} bytes after ${this.#sizeBytes} of`;
    await this.#attempt(doing, async () => {
      const handle = await this.#open();
      this.#md5.update(chunk);
      await handle.writeFile(chunk);
    });
    this.#sizeBytes += chunk.byteLength;
  }

  async finish(): Promise<{ etag: string; requests: number }> {
    await this.#attempt('writing', async () => {
      const handle = await this.#open();
      await handle.sync();
      await handle.close();
      this.#handle = undefined;
    });
    this.#fence?.assertMaySend();
    await this.#attempt('renaming to', async () => {
      await makeFolder(dirname(this.#target));
      await rename(this.#temporary, this.#target);
      await syncFolder(dirname(this.#target));
    });
    // The tag that S3 gives to an object of one part.
    return { etag: this.#md5.digest('hex'), requests: 1 };
  }

  async abandon(): Promise<void> {
    await this.#handle?.close().catch(() => undefined);
    this.#handle = undefined;
    await rm(this.#temporary, { force: true }).catch(() => undefined);
  }

  async #open(): Promise<FileHandle> {
    if (this.#handle !== undefined) return this.#handle;
    await makeFolder(dirname(this.#temporary));
    this.#handle = await open(this.#temporary, 'wx');
    return this.#handle;
  }

  /** A failed write frees its temporary file at once: on a full disk that room is needed. */
  async #attempt(doing: string, run: () => Promise<void>): Promise<void> {
    try {
      await run();
    } catch (error) {
      await this.abandon();
      throw diskError(error, doing, this.#target);
    }
  }
}

/** Makes a folder and those above it, and makes their names durable. */
export async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true });
  if (first === undefined) return;
  for (let made = folder; made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made));
}

/** Makes the names in a folder durable. Some file systems cannot do this for folders; they order names themselves. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } catch (error) {
    if (!['EINVAL', 'EPERM', 'ENOTSUP'].includes(codeOf(error) ?? '')) throw error;
  } finally {
    await handle.close();
  }
}
