import { randomUUID } from 'node:crypto';
import { open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { StoreUnavailableError } from '../../errors.js';
import type { DriverPage, KeyValueDriver, PageStart, StoredEntry } from '../../kv/key-value-driver.js';
import {
  decodeEntry,
  encodeEntry,
  entriesFolder,
  entriesOfPage,
  entryName,
  pageOf,
} from './archive-key-value-entries.js';
import { codeOf, diskError, unlessMissing, unsureError } from './disk-errors.js';
import { makeFolder, syncFolder } from './disk-upload.js';

/** How often others may be faster before a call gives up; each time means that one of them got through. */
const collisionsAtMost = 1_000;

const pointerPrefix = 'current.';
const valueEnding = '.value';

/** What a folder of an entry holds at one moment. */
interface Found {
  readonly token: string;
  readonly entry: StoredEntry & { readonly key: Uint8Array };
  /** Every file but the pointer. */
  readonly values: readonly string[];
}

/**
 * Compare-and-set on a file system, which has none. An entry is a folder with one empty file `current.<token>`, whose
 * name says which `<token>.value` counts. Its values are never changed: a write adds one, and then renames the pointer
 * from the token it has read to its own. A rename is one atomic step and fails when the old name is gone, and no token
 * comes twice: so of all who read the same entry one alone gets through. An entry is made by renaming a whole folder
 * to its name, which fails when there is one, and removed by renaming it away. Value, pointer and folder are synced
 * before a write returns. For local file systems, and network ones whose rename is atomic.
 */
export class DiskKeyValueDriver implements KeyValueDriver {
  readonly #entries: string;
  readonly #temporaries: string;
  readonly #pageEntries: number;

  constructor(
    root: string,
    readonly location: string,
    pageEntries = entriesOfPage,
  ) {
    this.#pageEntries = pageEntries;
    this.#entries = join(root, entriesFolder);
    this.#temporaries = join(root, 'carryover', 'tmp', 'kv');
  }

  async read(partition: Uint8Array, key: Uint8Array): Promise<StoredEntry | undefined> {
    return (await this.#find(this.#folder(partition, key)))?.entry;
  }

  async write(partition: Uint8Array, key: Uint8Array, entry: StoredEntry): Promise<void> {
    const folder = this.#folder(partition, key);
    for (let collision = 0; collision < collisionsAtMost; collision++) {
      const found = await this.#find(folder);
      if (await this.#put(folder, key, entry, found)) return;
    }
    throw new StoreUnavailableError(`${folder} is written by others all the time`);
  }

  async writeIf(
    partition: Uint8Array,
    key: Uint8Array,
    entry: StoredEntry,
    expected: string | undefined,
  ): Promise<boolean> {
    const folder = this.#folder(partition, key);
    const found = await this.#find(folder);
    return found?.entry.writes[0] === expected && this.#put(folder, key, entry, found);
  }

  async remove(partition: Uint8Array, key: Uint8Array): Promise<void> {
    const folder = this.#folder(partition, key);
    const away = join(this.#temporaries, randomUUID());
    await unlessMissing('removing', folder, async () => {
      await makeFolder(this.#temporaries);
      await rename(folder, away);
      await syncFolder(dirname(folder));
    });
    await rm(away, { recursive: true, force: true });
  }

  async page(partition: Uint8Array, start: PageStart): Promise<DriverPage> {
    const folder = join(this.#entries, entryName(partition));
    const names = await unlessMissing('listing', folder, () => readdir(folder));
    return pageOf(names ?? [], start, this.#pageEntries, async (name) => (await this.#find(join(folder, name)))?.entry);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #folder(partition: Uint8Array, key: Uint8Array): string {
    return join(this.#entries, entryName(partition), entryName(key));
  }

  async #find(folder: string): Promise<Found | undefined> {
    for (let collision = 0; collision < collisionsAtMost; collision++) {
      const names = await unlessMissing('listing', folder, () => readdir(folder));
      if (names === undefined) return undefined;
      // A folder that is listed while its pointer is renamed may show none: look again.
      const pointer = names.find((name) => name.startsWith(pointerPrefix));
      if (pointer === undefined) continue;
      const token = pointer.slice(pointerPrefix.length);
      const file = join(folder, token + valueEnding);
      const body = await unlessMissing('reading', file, () => readFile(file));
      const values = names.filter((name) => name.endsWith(valueEnding));
      if (body !== undefined) return { token, entry: decodeEntry(body, file), values };
    }
    throw new StoreUnavailableError(`${folder} is written by others all the time, or is damaged`);
  }

  #put(folder: string, key: Uint8Array, entry: StoredEntry, found: Found | undefined): Promise<boolean> {
    const body = encodeEntry(key, entry);
    return found === undefined ? this.#create(folder, body) : this.#replace(folder, body, found);
  }

  /** False: somebody else made the entry. */
  async #create(folder: string, body: Buffer): Promise<boolean> {
    const made = join(this.#temporaries, randomUUID());
    const token = randomUUID();
    try {
      await makeFolder(made);
      await writeSynced(join(made, token + valueEnding), body);
      await writeSynced(join(made, pointerPrefix + token), Buffer.alloc(0));
      await syncFolder(made);
      await makeFolder(dirname(folder));
      await rename(made, folder);
    } catch (error) {
      await rm(made, { recursive: true, force: true });
      if (['ENOTEMPTY', 'EEXIST'].includes(codeOf(error) ?? '')) return false;
      throw diskError(error, 'writing', folder);
    }
    await syncSeen(dirname(folder));
    return true;
  }

  /** False: somebody else wrote or removed the entry since it was found. */
  async #replace(folder: string, body: Buffer, found: Found): Promise<boolean> {
    const token = randomUUID();
    const value = join(folder, token + valueEnding);
    try {
      await writeSynced(value, body);
      await rename(join(folder, pointerPrefix + found.token), join(folder, pointerPrefix + token));
    } catch (error) {
      await rm(value, { force: true });
      if (codeOf(error) === 'ENOENT') return false;
      throw diskError(error, 'writing', folder);
    }
    await syncSeen(folder);
    // All that was there before lost: the old value, and those of writers that were slower or were killed.
    for (const old of found.values) await rm(join(folder, old), { force: true });
    return true;
  }
}

/** After a write is seen: whether it lasts is unknown should this fail, and asked for by its id. */
async function syncSeen(folder: string): Promise<void> {
  try {
    await syncFolder(folder);
  } catch (error) {
    // Removed by others since.
    if (codeOf(error) !== 'ENOENT') throw unsureError(error, 'syncing', folder);
  }
}

async function writeSynced(file: string, body: Buffer): Promise<void> {
  const handle = await open(file, 'wx');
  try {
    await handle.writeFile(body);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
