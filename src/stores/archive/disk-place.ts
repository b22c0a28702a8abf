import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, constants, link, readdir, readFile, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { StoreClosedError } from '../../errors.js';
import type { Fence } from '../store.js';
import { FileMissingError, type ArchivePlace, type PlacedFile, type PlacedUpload } from './archive-place.js';
import { codeOf, diskError, unlessMissing } from './disk-errors.js';
import { DiskUpload, makeFolder, syncFolder } from './disk-upload.js';
import { temporariesFolder } from './layout.js';

/** An archive in a folder on disk. The folder is made by the first write. */
export class DiskPlace implements ArchivePlace {
  readonly bucket = '';
  readonly keyPrefix = '';
  readonly region = undefined;
  readonly #root: string;
  #closed = false;

  constructor(
    path: string,
    readonly location: string,
  ) {
    this.#root = resolve(path);
  }

  async read(path: string): Promise<Buffer | undefined> {
    const file = this.#file(path);
    try {
      return await readFile(file);
    } catch (error) {
      // Nothing can be below a file, or have a name that no folder may have: there is none, too.
      if (['ENOENT', 'ENOTDIR', 'ENAMETOOLONG'].includes(codeOf(error) ?? '')) return undefined;
      throw diskError(error, 'reading', file);
    }
  }

  async *chunks(path: string): AsyncIterable<Uint8Array> {
    const file = this.#file(path);
    try {
      // 256 KB: fewer, larger reads than the default 64 KB; two of them are in memory at most.
      for await (const chunk of createReadStream(file, { highWaterMark: 256 * 1024 })) yield chunk as Buffer;
    } catch (error) {
      throw codeOf(error) === 'ENOENT' ? new FileMissingError(path) : diskError(error, 'reading', file);
    }
  }

  async folders(folder: string): Promise<string[]> {
    const at = this.#file(folder);
    const entries = await unlessMissing('listing', at, () => readdir(at, { withFileTypes: true }));
    return (entries ?? []).filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  }

  async *files(folder: string, prefix = ''): AsyncIterable<PlacedFile> {
    const at = this.#file(folder);
    const entries = await unlessMissing('listing', at, () => readdir(at, { withFileTypes: true }));
    for (const entry of entries ?? []) {
      if (!entry.name.startsWith(prefix)) continue;
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) yield* this.files(path);
      const found = entry.isFile() ? await unlessMissing('reading', path, () => stat(this.#file(path))) : undefined;
      if (found !== undefined) yield { path, sizeBytes: found.size };
    }
  }

  async put(path: string, body: Uint8Array, fence?: Fence): Promise<void> {
    const upload = this.upload(path, fence);
    try {
      await upload.write(body);
      await upload.finish();
    } finally {
      await upload.abandon();
    }
  }

  async create(path: string, body: Uint8Array, fence?: Fence): Promise<boolean> {
    const file = this.#file(path);
    const temporary = `${temporariesFolder(path)}/${basename(path)}~${randomUUID()}~new`;
    await this.put(temporary, body, fence);
    try {
      fence?.assertMaySend();
      await makeFolder(dirname(file));
      // A hard link is the one way to give a whole, durable file a name that nobody else has taken.
      await link(this.#file(temporary), file);
      await syncFolder(dirname(file));
      return true;
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return false;
      throw codeOf(error) === undefined ? error : diskError(error, 'creating', file);
    } finally {
      await rm(this.#file(temporary), { force: true });
    }
  }

  upload(path: string, fence?: Fence): PlacedUpload {
    return new DiskUpload(this.#file(path), this.#file(temporariesFolder(path)), fence);
  }

  async remove(paths: readonly string[], fence?: Fence): Promise<void> {
    for (const path of paths) {
      const file = this.#file(path);
      fence?.assertMaySend();
      await unlessMissing('removing', file, () => rm(file));
    }
    for (const folder of new Set(paths.map((path) => dirname(this.#file(path))))) {
      await unlessMissing('syncing', folder, () => syncFolder(folder));
    }
  }

  async prune(folder: string): Promise<void> {
    for (const name of await this.folders(folder)) await this.prune(`${folder}/${name}`);
    const at = this.#file(folder);
    // Not empty: it holds what is not ours, and stays.
    await rmdir(at).catch((error: unknown) => {
      if (!['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(codeOf(error) ?? '')) throw diskError(error, 'removing', at);
    });
  }

  async removeLeftovers(pathPrefix: string, fence?: Fence): Promise<void> {
    const folder = temporariesFolder(pathPrefix);
    const names = await unlessMissing('listing', folder, () => readdir(this.#file(folder)));
    const ours = (names ?? []).filter((name) => name.startsWith(basename(pathPrefix)));
    if (ours.length > 0) {
      await this.remove(
        ours.map((name) => `${folder}/${name}`),
        fence,
      );
    }
  }

  async complaint(role: 'source' | 'target'): Promise<string | undefined> {
    try {
      await readdir(this.#root);
      if (role === 'source') return undefined;
      const probe = join(this.#root, `.carryover-probe-${randomUUID()}`);
      await writeFile(probe, '', { flag: 'wx' });
      await rm(probe);
      return undefined;
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') return diskError(error, 'using', this.#root).message;
      return role === 'source' ? `there is no folder ${this.#root}` : this.#makeComplaint();
    }
  }

  /** What keeps the place's folder from being made; nothing is made to find out. */
  async #makeComplaint(): Promise<string | undefined> {
    for (let folder = dirname(this.#root); ; folder = dirname(folder)) {
      try {
        await access(folder, constants.W_OK | constants.X_OK);
        return (await stat(folder)).isDirectory() ? undefined : `${folder} is no folder`;
      } catch (error) {
        if (codeOf(error) !== 'ENOENT') return diskError(error, 'making a folder in', folder).message;
      }
    }
  }

  close(): Promise<void> {
    this.#closed = true;
    return Promise.resolve();
  }

  /** Every operation comes by here. */
  #file(path: string): string {
    if (this.#closed) throw new StoreClosedError(`${this.location} is closed`);
    return path === '' ? this.#root : join(this.#root, path);
  }
}
