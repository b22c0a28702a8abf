import type { KeyValueStore } from '../../kv/key-value-store.js';
import { openMemoryKeyValueStore } from '../../kv/memory-key-value-store.js';
import type { MemoryTable } from './memory-table.js';

/** What a memory store holds. */
export interface MemoryDatabase {
  readonly tables: Map<string, MemoryTable>;
  readonly keyValues: KeyValueStore;
}

const named = new Map<string, MemoryDatabase>();

/** The database of this name, which lives as long as this process; without a name, one of its own. */
export function memoryDatabase(name: string | undefined): MemoryDatabase {
  const found = name === undefined ? undefined : named.get(name);
  if (found !== undefined) return found;
  const made = { tables: new Map<string, MemoryTable>(), keyValues: openMemoryKeyValueStore() };
  if (name !== undefined) named.set(name, made);
  return made;
}
