import pMap from 'p-map';
import type { KeyValueStore, ScannedEntry } from '../../kv/key-value-store.js';
import { update } from '../../kv/update.js';
import { historyPlace } from '../../versions/history.js';
import { partitionsPlace } from '../../versions/partition-versions.js';
import { readState } from '../../versions/state-entry.js';

/** What moves beside the state entry. */
const places = [historyPlace, partitionsPlace];
/** Entries between two safe points: with 4,000 characters in each text, some megabytes at most. */
const pageEntries = 100;
const concurrency = 8;

/** An entry from which copying goes on: the place of its kind, and its key in base64. */
export type EntryCursor = readonly [place: number, key: string];

export interface EntryCopy {
  readonly from: KeyValueStore;
  readonly to: KeyValueStore;
  /** The move: see `Moved`. */
  readonly id: string;
}

/**
 * Copies history and partitions, in the place of what the new home has under their keys; each yield is a safe point. Once the
 * database has entered its new home nothing is written there any more: what is there is newer.
 */
export async function* copyEntries(copy: EntryCopy, from?: EntryCursor): AsyncGenerator<EntryCursor> {
  const [first, key] = from ?? [0, ''];
  for (const [at, place] of places.entries()) {
    if (at < first) continue;
    const start = at === first && key !== '' ? new Uint8Array(Buffer.from(key, 'base64')) : undefined;
    let page: ScannedEntry[] = [];
    let count = 0;
    for await (const { entry, differs } of compared(copy, place, start)) {
      if (differs) page.push(entry);
      if (++count % pageEntries !== 0) continue;
      await put(copy, place, page);
      page = [];
      yield [at, Buffer.from(entry.key).toString('base64')];
    }
    await put(copy, place, page);
  }
}

/** The entries of the old home, each with whether the new one has it otherwise, or not at all: two scans in one order. */
async function* compared(
  { from, to }: EntryCopy,
  place: Uint8Array,
  start: Uint8Array | undefined,
): AsyncGenerator<{ entry: ScannedEntry; differs: boolean }> {
  const others = to.scan(place, start)[Symbol.asyncIterator]();
  try {
    let other = await others.next();
    for await (const entry of from.scan(place, start)) {
      while (other.done !== true && Buffer.compare(other.value.key, entry.key) < 0) other = await others.next();
      const there = other.done !== true && Buffer.compare(other.value.key, entry.key) === 0 ? other.value : undefined;
      yield { entry, differs: there === undefined || Buffer.compare(there.value, entry.value) !== 0 };
    }
  } finally {
    await others.return?.();
  }
}

async function put({ to, id }: EntryCopy, place: Uint8Array, entries: readonly ScannedEntry[]): Promise<void> {
  await pMap(
    entries,
    async ({ key, value }) => {
      await update(to, place, key, async (there) => {
        if (there === undefined) return value;
        // Read after what it replaces: that is no newer than the entry of the new home, or will not be replaced.
        return (await readState(to))?.movedFrom?.id === id ? undefined : value;
      });
    },
    { concurrency },
  );
}
