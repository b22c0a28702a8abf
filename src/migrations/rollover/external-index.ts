import type { Item } from '../../stores/item.js';
import type { Store } from '../../stores/store.js';

/**
 * An index outside the stores (a search engine, a cache) that follows a table. It has one index for each physical table,
 * called `context.name` here; all calls may be repeated for what they did already.
 */
export interface ExternalIndex {
  /** Makes the index of the new table, before its first item. One that is there already is gone on with. */
  create(context: IndexContext): Promise<void>;
  /** Puts items that were written into the new table, each in the place of the one of its key. */
  index(items: readonly Item[], context: IndexContext): Promise<void>;
  /** Makes the index of this table the one that is searched, where the service does not find it by the active name. */
  swap(context: IndexContext): Promise<void>;
  /** Removes the index of a table, if it is there. */
  remove(context: IndexContext): Promise<void>;
}

/** What an external index is told. */
export interface IndexContext {
  /** The physical table whose index is meant: `orders_v5`. */
  readonly name: string;
  /** The table as the service calls it: `orders`. */
  readonly table: string;
  /** The version that the migration leads to. */
  readonly version: number;
  readonly database: Store;
  /** Throws when nothing may be sent any more: another run owns the database, or the time of this call is over. */
  assertMaySend(): void;
  /** The call's time is nearly over. */
  ending(): boolean;
}
