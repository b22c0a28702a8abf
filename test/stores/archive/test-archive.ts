import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openArchiveStore, type ArchiveStoreOptions } from '../../../src/stores/archive/archive-store.js';
import type { ArchivePlace } from '../../../src/stores/archive/archive-place.js';
import { DiskPlace } from '../../../src/stores/archive/disk-place.js';
import { createS3Client } from '../../../src/stores/archive/s3-client.js';
import { S3Place } from '../../../src/stores/archive/s3-place.js';
import type { Item } from '../../../src/stores/item.js';
import type { Cursor, Page, Segment, Store, TableDescription } from '../../../src/stores/store.js';
import { all } from './all.js';
import { startTestS3, type TestS3 } from './test-s3.js';

export const orders: TableDescription = {
  name: 'orders',
  identity: '',
  key: [{ name: 'id', type: 'S' }],
  origin: { engine: 'memory', metadata: { kept: ['as', 'it', 'was'] } },
};

/** A new archive for each test, on one kind of place. */
export interface TestArchive {
  open(options?: Partial<ArchiveStoreOptions>): Store;
  /** The files of the archive, to look at and to damage. */
  readonly place: ArchivePlace;
  readonly s3: TestS3 | undefined;
  stop(): Promise<void>;
}

export async function startTestArchive(kind: 'disk' | 's3'): Promise<TestArchive> {
  const s3 = kind === 's3' ? await startTestS3() : undefined;
  const path = await mkdtemp(join(tmpdir(), 'carryover-archive-'));
  const location = { bucket: s3?.bucket ?? '', prefix: '/a/b/', endpoint: s3?.endpoint };
  const stores: Store[] = [];
  const place = s3
    ? new S3Place(location, 's3:test', createS3Client(location, 5_000), 5_000)
    : new DiskPlace(path, path);
  return {
    s3,
    place,
    open: (options) => {
      const at = s3 === undefined ? ({ kind: 'disk', path } as const) : ({ kind: 's3', ...location } as const);
      const store = openArchiveStore({ place: at, location: 'archive:test', requestTimeoutMs: 5_000, ...options });
      stores.push(store);
      return store;
    },
    stop: async () => {
      await Promise.all([place.close(), ...stores.map((store) => store.close())]);
      await s3?.stop();
      await rm(path, { recursive: true, force: true });
    },
  };
}

export function numbered(from: number, to: number): Item[] {
  return Array.from({ length: to - from }, (_, index) => ({
    id: { S: `key ${String(from + index).padStart(6, '0')}` },
    n: { N: String(from + index) },
  }));
}

/** Writes one part of each list. */
export async function writeParts(
  store: Store,
  unit: number,
  position: number,
  parts: readonly Item[][],
): Promise<void> {
  const writer = store.writer('orders', { unit, position });
  for (const items of parts) {
    await writer.write(items);
    await writer.flush();
  }
}

export async function pagesOf(store: Store, segment: Segment, from?: Cursor, pageItems = 10): Promise<Page[]> {
  return all(store.read(segment, from, { pageItems }));
}

export async function itemsOf(store: Store, table = 'orders', parts = 3): Promise<Item[]> {
  const pages = await Promise.all((await store.split(table, parts)).map((segment) => pagesOf(store, segment)));
  return pages.flat().flatMap((page) => page.items);
}

export async function pathsOf(place: ArchivePlace, folder = ''): Promise<string[]> {
  return (await all(place.files(folder))).map((file) => file.path).sort();
}
