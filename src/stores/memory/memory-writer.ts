import type { Item } from '../item.js';
import type { Usage, Writer, WriterOptions } from '../store.js';
import type { MemoryTable } from './memory-table.js';

/** Puts items at once; each write counts as a request. */
export class MemoryWriter implements Writer {
  /** Any moment is good for a flush. */
  readonly full = true;
  #requests = 0;

  constructor(
    /** Throws when the store is closed or the table is not there. */
    private readonly table: () => MemoryTable,
    private readonly options: WriterOptions,
  ) {}

  async write(items: readonly Item[]): Promise<void> {
    const table = this.table();
    if (items.length === 0) return;
    this.options.fence?.assertMaySend();
    for (const item of items) table.put(item);
    this.#requests += 1;
  }

  async flush(): Promise<Usage> {
    this.table();
    const requests = this.#requests;
    this.#requests = 0;
    return { requests, readUnits: 0, writeUnits: 0 };
  }

  async abandon(): Promise<void> {
    this.#requests = 0;
  }
}
