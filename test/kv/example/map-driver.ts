import type { KeyValueDriver, StoredEntry } from '../../../src/kv/exports.js';

/** A whole driver, over a map: the example of docs/kv/writing-a-driver.md. Latin-1 text sorts as its bytes do. */
export function mapDriver(pageEntries = 100): KeyValueDriver {
  const partitions = new Map<string, Map<string, StoredEntry>>();
  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
  const bytes = (latin1: string): Uint8Array => Buffer.from(latin1, 'latin1');
  const copy = ({ value, writes }: StoredEntry): StoredEntry => ({ value: value.slice(), writes });
  const inside = (partition: Uint8Array): Map<string, StoredEntry> => {
    const entries = partitions.get(text(partition)) ?? new Map<string, StoredEntry>();
    partitions.set(text(partition), entries);
    return entries;
  };
  return {
    location: 'a map',
    async read(partition, key) {
      const found = inside(partition).get(text(key));
      return found && copy(found);
    },
    async write(partition, key, entry) {
      inside(partition).set(text(key), copy(entry));
    },
    async writeIf(partition, key, entry, expected) {
      if (inside(partition).get(text(key))?.writes[0] !== expected) return false;
      inside(partition).set(text(key), copy(entry));
      return true;
    },
    async remove(partition, key) {
      inside(partition).delete(text(key));
    },
    async page(partition, { key, inclusive }) {
      const from = text(key);
      const rest = [...inside(partition)].filter(([at]) => at > from || (inclusive && at === from));
      const shown = rest.sort(([a], [b]) => (a < b ? -1 : 1)).slice(0, pageEntries);
      const entries = shown.map(([at, { value }]) => ({ key: bytes(at), value: value.slice() }));
      const last = entries.at(-1);
      return last === undefined || shown.length === rest.length ? { entries } : { entries, next: last.key };
    },
    async close() {
      partitions.clear();
    },
  };
}
