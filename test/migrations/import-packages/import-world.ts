import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openArchiveStore } from '../../../src/stores/archive/archive-store.js';
import { openMemoryStore } from '../../../src/stores/memory/memory-store.js';
import type { Store } from '../../../src/stores/store.js';
import { changeState } from '../../../src/versions/state-entry.js';
import { fillLibrary, type LibrarySize } from './library.js';

/** The stores of one import, by their names in its project; `close` undoes what was made for it. */
export interface ImportWorld {
  /** Holds the packages' tables, and the version at the beginning. */
  readonly sql: Store;
  readonly kv: Store;
  readonly archive: Store;
  close(): Promise<void>;
}

export interface MemoryWorld extends ImportWorld {
  /** The folder of the archive. */
  readonly archivePath: string;
}

/** A library in memory, with an archive on disk, whose parts are replaced whole, as no other store's are. */
export async function openMemoryWorld(size: LibrarySize): Promise<MemoryWorld> {
  const path = await mkdtemp(join(tmpdir(), 'carryover-import-'));
  const archive = openArchiveStore({
    ...{ place: { kind: 'disk', path }, location: 'archive', requestTimeoutMs: 2_000 },
    // Each page is a part of its own.
    partSizeBytes: 1,
  });
  const world = { sql: openMemoryStore(), kv: openMemoryStore(), archive };
  await fillLibrary(world.sql, size);
  await changeState(world.sql.keyValues, (state) => ({ ...state, baseline: 0 }));
  const close = async (): Promise<void> => {
    await archive.close();
    await rm(path, { recursive: true, force: true });
  };
  return { ...world, archivePath: path, close };
}
