import { checkedStore } from './checked-store.js';
import type { DriverPage, KeyValueDriver, PageStart, StoredEntry } from './key-value-driver.js';
import type { KeyValueStore } from './key-value-store.js';
import type { RetryOptions } from './retry-policy.js';

export interface MemoryKeyValueStoreOptions extends RetryOptions {
  /** The most entries of a page of a scan. Default 100. */
  readonly pageEntries?: number;
}

/** A key-value store that lives as long as this process. */
export function openMemoryKeyValueStore(options: MemoryKeyValueStoreOptions = {}): KeyValueStore {
  return checkedStore(new MemoryKeyValueDriver(options.pageEntries), options);
}

/** Bytes as a string of one character a byte, whose order is the order of the bytes. */
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

/** Entries of one partition; their keys in order, until one is added or removed. */
interface Partition {
  readonly entries: Map<string, StoredEntry>;
  sorted: string[] | undefined;
}

export class MemoryKeyValueDriver implements KeyValueDriver {
  readonly location = 'the memory of this process';
  readonly #partitions = new Map<string, Partition>();

  constructor(readonly pageEntries = 100) {}

  async read(partition: Uint8Array, key: Uint8Array): Promise<StoredEntry | undefined> {
    const entry = this.#partition(partition).entries.get(text(key));
    return entry && copyOf(entry);
  }

  async write(partition: Uint8Array, key: Uint8Array, entry: StoredEntry): Promise<void> {
    const to = this.#partition(partition);
    if (!to.entries.has(text(key))) to.sorted = undefined;
    to.entries.set(text(key), copyOf(entry));
  }

  async writeIf(
    partition: Uint8Array,
    key: Uint8Array,
    entry: StoredEntry,
    expected: string | undefined,
  ): Promise<boolean> {
    const found = this.#partition(partition).entries.get(text(key));
    if (found?.writes[0] !== expected) return false;
    await this.write(partition, key, entry);
    return true;
  }

  async remove(partition: Uint8Array, key: Uint8Array): Promise<void> {
    const from = this.#partition(partition);
    if (from.entries.delete(text(key))) from.sorted = undefined;
  }

  async page(partition: Uint8Array, start: PageStart): Promise<DriverPage> {
    const from = this.#partition(partition);
    from.sorted ??= [...from.entries.keys()].sort();
    const first = firstFrom(from.sorted, text(start.key), start.inclusive);
    const keys = from.sorted.slice(first, first + this.pageEntries);
    const entries = keys.flatMap((key) => {
      const entry = from.entries.get(key);
      return entry === undefined ? [] : [{ key: Buffer.from(key, 'latin1'), value: entry.value.slice() }];
    });
    const last = entries.at(-1);
    return last === undefined || first + keys.length >= from.sorted.length ? { entries } : { entries, next: last.key };
  }

  async close(): Promise<void> {
    this.#partitions.clear();
  }

  #partition(name: Uint8Array): Partition {
    let partition = this.#partitions.get(text(name));
    if (partition === undefined) {
      partition = { entries: new Map(), sorted: undefined };
      this.#partitions.set(text(name), partition);
    }
    return partition;
  }
}

function copyOf(entry: StoredEntry): StoredEntry {
  return { value: Uint8Array.from(entry.value), writes: [...entry.writes] };
}

/** The index of the first key that is greater than `key`, or equal where that counts. */
function firstFrom(sorted: readonly string[], key: string, inclusive: boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const at = sorted[middle] ?? '';
    if (at < key || (at === key && !inclusive)) low = middle + 1;
    else high = middle;
  }
  return low;
}
