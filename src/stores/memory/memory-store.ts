import { z } from 'zod';
import { InputError, StoreClosedError, TableNotFoundError, type Fault } from '../../errors.js';
import type { KeyValueStore } from '../../kv/key-value-store.js';
import type { Item, ItemKey } from '../item.js';
import type { Cursor, Fence, Page, Preflight, ReadOptions, Segment, Store } from '../store.js';
import type { TableDescription, Usage, Writer, WriterOptions } from '../store.js';
import { itemSizeBytes } from './copy-item.js';
import { memoryDatabase, type MemoryDatabase } from './memory-database.js';
import { hashes, MemoryTable } from './memory-table.js';
import { MemoryWriter } from './memory-writer.js';

export interface MemoryStoreOptions {
  /** Stores of one name in this process hold the same tables. Without a name a store holds its own, and ends with them. */
  readonly name?: string;
  readonly location?: string;
}

/** The name of Carryover's own table, which no carried table may have in any store. */
const ownTable = 'carryover';
const defaultPageItems = 1_000;
const oneRequest: Usage = { requests: 1, readUnits: 0, writeUnits: 0 };
/** Hash values from `from` up to and without `to`. */
const rangeSchema = z.object({ from: z.int().min(0), to: z.int().max(hashes) });

/** A store in the memory of this process, for tests, examples and trying things out. See `Store`. */
export function openMemoryStore(options: MemoryStoreOptions = {}): Store {
  return new MemoryStore(options);
}

class MemoryStore implements Store {
  readonly engine = 'memory';
  readonly capabilities = { get: true, remove: true, merge: true };
  readonly location: string;
  readonly #database: MemoryDatabase;
  #closed = false;

  constructor(private readonly options: MemoryStoreOptions) {
    this.location = options.location ?? `memory:${options.name ?? ''}`;
    this.#database = memoryDatabase(options.name);
  }

  get keyValues(): KeyValueStore {
    return this.#database.keyValues;
  }

  async *tables(): AsyncGenerator<string, void, undefined> {
    yield* [...this.#tables().keys()];
  }

  async describe(name: string): Promise<TableDescription> {
    const table = this.#table(name);
    return { ...structuredClone(table.description), identity: table.identity, items: table.size };
  }

  async preflight(description: TableDescription, role: 'source' | 'target'): Promise<Preflight> {
    return { faults: role === 'target' ? nameFaults(description.name) : [], warnings: [] };
  }

  async create(description: TableDescription, fence?: Fence): Promise<{ ready: boolean; identity: string }> {
    const tables = this.#tables();
    const faults = nameFaults(description.name);
    if (faults.length > 0) throw new InputError(faults);
    const found = tables.get(description.name);
    if (found !== undefined && keyText(found.description) !== keyText(description)) {
      const message = `it is in ${this.location} with another key`;
      throw new InputError([{ field: `table "${description.name}"`, message }]);
    }
    if (found === undefined) fence?.assertMaySend();
    // Sizes are those of the table that is there, not of the one that was described.
    const { items: _items, sizeBytes: _sizeBytes, ...kept } = structuredClone(description);
    const table = found ?? new MemoryTable(kept);
    tables.set(description.name, table);
    return { ready: true, identity: table.identity };
  }

  async drop(table: string, fence?: Fence): Promise<boolean> {
    const tables = this.#tables();
    fence?.assertMaySend();
    tables.delete(table);
    return true;
  }

  async split(name: string, parts: number): Promise<Segment[]> {
    const table = this.#table(name);
    const count = Math.max(1, Math.min(Math.floor(parts), table.size));
    const bound = (part: number): number => Math.floor((hashes / count) * part);
    return Array.from({ length: count }, (_, index) => ({
      table: name,
      index,
      range: { from: bound(index), to: index === count - 1 ? hashes : bound(index + 1) },
    }));
  }

  async *read(segment: Segment, from?: Cursor, options: ReadOptions = {}): AsyncGenerator<Page, void, undefined> {
    const range = rangeSchema.parse(segment.range);
    const end = placeOfHash(range.to);
    let after = from === undefined ? placeOfHash(range.from) : z.string().parse(from);
    for (let more = true; more;) {
      const page = this.#table(segment.table).page(after, end, options.pageItems ?? defaultPageItems);
      after = page.last;
      more = page.more;
      if (page.items.length === 0) return;
      const sizeBytes = page.items.reduce((sum, item) => sum + itemSizeBytes(item), 0);
      yield { items: page.items, cursor: after, sizeBytes, usage: oneRequest };
    }
  }

  async get(name: string, keys: readonly ItemKey[]): Promise<{ items: (Item | undefined)[]; usage: Usage }> {
    const table = this.#table(name);
    return { items: keys.map((key) => table.get(key)), usage: oneRequest };
  }

  writer(table: string, options: WriterOptions): Writer {
    return new MemoryWriter(() => this.#table(table), options);
  }

  async remove(name: string, keys: readonly ItemKey[], fence?: Fence): Promise<void> {
    const table = this.#table(name);
    fence?.assertMaySend();
    for (const key of keys) table.delete(key);
  }

  async finish(description: TableDescription): Promise<boolean> {
    this.#table(description.name);
    return true;
  }

  async close(): Promise<void> {
    this.#closed = true;
    // Other stores of this name go on.
    if (this.options.name === undefined) await this.keyValues.close();
  }

  #tables(): Map<string, MemoryTable> {
    if (this.#closed) throw new StoreClosedError(`${this.location} is closed`);
    return this.#database.tables;
  }

  #table(name: string): MemoryTable {
    const table = this.#tables().get(name);
    if (table === undefined) throw new TableNotFoundError(name, this.location);
    return table;
  }
}

/** Before all places of this hash, after all of the one before; the end of all for one beyond the last. */
function placeOfHash(hash: number): string {
  return hash === hashes ? 'g' : hash.toString(16).padStart(8, '0');
}

function nameFaults(name: string): Fault[] {
  if (name !== ownTable) return [];
  return [{ field: `table "${name}"`, message: `the name is that of Carryover's own table: give it another one` }];
}

function keyText({ key }: TableDescription): string {
  return JSON.stringify(key.map(({ name, type }) => [name, type]));
}
