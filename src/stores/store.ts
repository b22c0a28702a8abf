import type { Fault } from '../errors.js';
import type { Json } from '../json.js';
import type { KeyValueStore } from '../kv/key-value-store.js';
import type { Item, ItemKey } from './item.js';
import type { SqlStatements } from './sql-statements.js';

/**
 * The contract of a store: a database that holds tables. The conformance suite (test/support/store-conformance.ts)
 * is its precise meaning; it runs over every driver on the real engine.
 *
 * All drivers:
 * - send nothing before the first call, and know their credentials from the standard chains alone;
 * - never list, read, create or drop Carryover's own table (`carryover`), except through `keyValues`;
 * - retry throttling and broken connections inside, with backoff and full jitter, a bounded number of times; then they
 *   throw `ThrottledError` or `StoreUnavailableError`. Every request has a timeout of its own;
 * - never put a password, a key or a token into an error, a description or `location`.
 */
export interface Store {
  readonly engine: 'dynamodb' | 'postgres' | 'archive' | 'memory';
  /** The store's URL for people, the ledger and errors: without password, token or key. */
  readonly location: string;
  readonly capabilities: StoreCapabilities;
  /** The key-value store that lives inside this store, in a table or folder `carryover`. */
  readonly keyValues: KeyValueStore;
  /** Absent where the engine takes no SQL. */
  readonly sql?: SqlStatements;

  /** The names of all tables that can be carried, in no order. */
  tables(): AsyncIterable<string>;

  /** Why there are no tables, where it is the place itself that is not there: `schema "sales" does not exist`. */
  absence?(): Promise<string | undefined>;

  /** What the table is, in its logical form: see TableDescription. Throws TableNotFoundError, and only for absence. */
  describe(table: string): Promise<TableDescription>;

  /**
   * What keeps `description` from being carried out of (`source`) or into (`target`) this store, as faults that name
   * table and column; the empty list when nothing does. Reads at most metadata and indexed look-ups. Warnings are for
   * what is not carried but keeps nothing from working (a view, a trigger).
   */
  preflight(description: TableDescription, role: 'source' | 'target'): Promise<Preflight>;

  /**
   * Makes an empty table of this description, keys and all that must be there before data (not what `finish` adds).
   * Asynchronous engines answer `ready: false`: call again with the same description until it is ready. Calling it for
   * a table that is there and fits returns its identity and changes nothing. A description from another engine is kept
   * in `keyValues` (see original-description.ts) so that `describe` gives it back and items keep their logical form.
   */
  create(description: TableDescription, fence?: Fence): Promise<{ ready: boolean; identity: string }>;

  /**
   * Drops this table alone. False: it is going, call again. True: it is not there (any more). Throws InputError, and drops
   * nothing, when others would lose something by it, unless they are tables of `together`, which are dropped too.
   */
  drop(table: string, fence?: Fence, together?: ReadonlySet<string>): Promise<boolean>;

  /** 1 to `parts` disjoint segments that cover the table, about equal in size. */
  split(table: string, parts: number): Promise<Segment[]>;

  /**
   * The items of a segment from `from` (exclusive of what was read before it) to its end. Ends only when the engine
   * said that the segment has no more; anything else throws. Reads ahead by one page at most.
   */
  read(segment: Segment, from?: Cursor, options?: ReadOptions): AsyncIterable<Page>;

  /** The items of these keys, in their order; undefined where there is none. Absent where `capabilities.get` is false. */
  get?(table: string, keys: readonly ItemKey[]): Promise<{ items: (Item | undefined)[]; usage: Usage }>;

  /** Opens a writer for one call of one unit. Nothing is sent before its first `write`. */
  writer(table: string, options: WriterOptions): Writer;

  /** Deletes these keys; absent ones are no error. Absent where `capabilities.remove` is false. */
  remove?(table: string, keys: readonly ItemKey[], fence?: Fence): Promise<void>;

  /**
   * What belongs on a table after its data was validated: time to live, streams, secondary indexes, foreign keys,
   * sequences. Idempotent. False: not finished, call again.
   */
  finish(description: TableDescription, fence?: Fence): Promise<boolean>;

  /**
   * This description, whose `name` is new, for a table beside the one called `original` that it is of: names of indexes,
   * constraints, sequences and partitions that may be in a store once become others. The same every time. Absent where a
   * table shares no names with others.
   */
  beside?(description: TableDescription, original: string): TableDescription;

  /** Closes connections; running reads and writes fail. Closing twice is no error. */
  close(): Promise<void>;
}

export interface StoreCapabilities {
  /** Items can be looked up by key. */
  readonly get: boolean;
  /** Items can be deleted by key. */
  readonly remove: boolean;
  /** Writing into a table that holds items already keeps the others (an archive is written whole). */
  readonly merge: boolean;
}

/**
 * A table in its logical form, the one form that all engines agree on: its items have the attributes `key` names, with
 * these types, whatever the engine does to hold them. A table that was carried from another engine is described as it
 * was there (`origin`), so that carrying it back makes it the table it was.
 */
export interface TableDescription {
  readonly name: string;
  /** The physical identity: another one after a drop and a create. DynamoDB's TableId, PostgreSQL's oid. */
  readonly identity: string;
  /** The primary key, in order; at least one column. */
  readonly key: readonly KeyColumn[];
  /** The engine's own estimate (DynamoDB's is up to six hours old); undefined where it has none. */
  readonly items?: number;
  readonly sizeBytes?: number;
  /** The attribute that holds an item's expiry in epoch seconds, where time to live is on. */
  readonly ttlAttribute?: string;
  readonly origin: TableOrigin;
}

export interface KeyColumn {
  readonly name: string;
  /** The DynamoDB type of the logical attribute. */
  readonly type: 'S' | 'N' | 'B';
}

/** The engine that the description came from first, and what only that engine's driver understands. JSON throughout. */
export interface TableOrigin {
  readonly engine: Store['engine'];
  readonly metadata: Json;
}

export interface Preflight {
  readonly faults: readonly Fault[];
  readonly warnings: readonly Fault[];
  /** As a target: what stands against dropping the table of this name that is there. */
  readonly drop?: readonly DropFault[];
}

/** Something that others would lose with a table, or that is in the way of dropping it. */
export interface DropFault extends Fault {
  /** Only while this table stays. */
  readonly unlessDropped?: string;
}

/** A disjoint slice of a table that one worker can read alone. `range` is the driver's own. */
export interface Segment {
  readonly table: string;
  readonly index: number;
  readonly range: Json;
}

/** A JSON value from which the driver resumes reading a segment; opaque to all others. */
export type Cursor = Json;

export interface ReadOptions {
  /** Read what was acknowledged last (DynamoDB: ConsistentRead). Default true: the price is paid for the truth. */
  readonly consistent?: boolean;
  /** The most items in a page; the driver's own default when absent. */
  readonly pageItems?: number;
}

export interface Page {
  readonly items: readonly Item[];
  /** Reading from here goes on after this page. */
  readonly cursor: Cursor;
  /** The size of the items in DynamoDB's count (names and values in UTF-8), or close to it. */
  readonly sizeBytes: number;
  readonly usage: Usage;
}

/** What was sent to the engine for data: requests, and capacity units where the engine bills them (else 0). */
export interface Usage {
  readonly requests: number;
  readonly readUnits: number;
  readonly writeUnits: number;
}

export const noUsage: Usage = { requests: 0, readUnits: 0, writeUnits: 0 };

export function addUsage(a: Usage, b: Usage): Usage {
  return {
    requests: a.requests + b.requests,
    readUnits: a.readUnits + b.readUnits,
    writeUnits: a.writeUnits + b.writeUnits,
  };
}

export interface WriterOptions {
  /**
   * The unit that writes, and the number of its next checkpoint: an archive names its parts by them, and takes whatever
   * the unit wrote from `position` on for what a killed call left behind. So it counts saved checkpoints of this unit
   * alone. The ledger's `sequence`, which a claim moves too, would leave such a part in place: items twice.
   */
  readonly unit: number;
  readonly position: number;
  readonly fence?: Fence;
}

/**
 * Writes are idempotent puts: an item replaces the item of its key. Not for concurrent use. After an error, the writer
 * is of no more use; what was not flushed may or may not be there.
 */
export interface Writer {
  /** Takes items; they may be durable only after `flush`. Waits when too much is under way (memory stays bounded). */
  write(items: readonly Item[]): Promise<void>;
  /** A flush is due: what was written makes a good transaction, batch or part. A driver for which any moment is good says true always. */
  readonly full: boolean;
  /** Returns when every item that was written is durable, or throws and says which are not. Moves `position` on by one. */
  flush(): Promise<Usage>;
  /** Gives up what was not flushed and frees what is held (temporary files, connections). Safe at any time, never throws. */
  abandon(): Promise<void>;
}

/** Stands between a worker that lost its lease and the data. */
export interface Fence {
  readonly token: number;
  /** Throws LeaseLostError when the lease may run out before a request that is sent now has ended. Called before each send. */
  assertMaySend(): void;
  /** The state entry in the target's `keyValues`, for engines that can check it in the transaction that writes. */
  readonly partition: Uint8Array;
  readonly key: Uint8Array;
  /** The fencing token in the state entry's stored value. */
  tokenOf(value: Uint8Array): number;
  /** The state entry lies in another store: there is nothing to check in this one. */
  readonly elsewhere?: boolean;
}
