import type { KeyValueStore } from '../../../src/kv/key-value-store.js';
import type { Place } from '../../../src/kv/linked-births.js';
import { createLinked, type LinkedCreation, type LinkedOptions } from '../../../src/kv/linked-objects.js';
import { isVacant } from '../../../src/kv/linked-vacancy.js';
import type { RetryOptions } from '../../../src/kv/retry-policy.js';
import { bytes, collect } from '../../support/kv-bytes.js';

/** The linked objects of these tests: an album names the partitions of its pages, newest first; a page is two entries. */
export const pageKeys = ['left', 'right'];

export const albumPlace = (name: string): Place => ({ partition: bytes('albums'), key: bytes(name) });

export const text = (value: Uint8Array): string => Buffer.from(value).toString();

/** The partitions that an album names. */
export function pagesOf(value: Uint8Array | undefined): string[] {
  return value === undefined || isVacant(value) ? [] : (JSON.parse(text(value)) as string[]);
}

export const albumOf = (pages: readonly string[]): Uint8Array => bytes(JSON.stringify(pages));

/** Puts one page in front, and keeps this many. */
export function newPage(store: KeyValueStore, kept: number): LinkedCreation {
  return {
    async children(partition) {
      for (const key of pageKeys) await store.set(partition, bytes(key), bytes(key));
    },
    parent: (value, partition) => albumOf([text(partition), ...pagesOf(value)].slice(0, kept)),
  };
}

export function addPage(store: KeyValueStore, album: Place, options: LinkedOptions & RetryOptions = {}, kept = 100) {
  return createLinked(store, album, newPage(store, kept), options);
}

/** The entries of a partition, by their names. */
export async function entriesOf(store: KeyValueStore, partition: Uint8Array | string): Promise<string[]> {
  const name = typeof partition === 'string' ? bytes(partition) : partition;
  return (await collect(store.scan(name))).map(({ key }) => text(key));
}

/** The album as a reader sees it: undefined, or its pages, each with what is there of it. */
export async function readAlbum(store: KeyValueStore, { partition, key }: Place): Promise<string[][] | undefined> {
  const entry = await store.get(partition, key);
  if (entry === undefined || isVacant(entry.value)) return undefined;
  return Promise.all(pagesOf(entry.value).map((page) => entriesOf(store, page)));
}

export const reaches = (value: Uint8Array | undefined, { partition }: { partition: Uint8Array }): boolean =>
  pagesOf(value).includes(text(partition));
