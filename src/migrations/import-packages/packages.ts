import type { Item, ItemKey } from '../../stores/item.js';

/** A part of a service that owns tables, and turns their rows into entries of the key-value store by itself. */
export interface PackageToImport {
  /** 1 to 100 letters, digits, `-`, `_` and `.`; the name of its table in an export archive. */
  readonly name: string;
  /** The tables that it owns, each with a primary key; no other package has them. */
  readonly tables: readonly string[];
  /**
   * What rows of one of its tables become: called chunk by chunk, 500 rows at most, in the order of the table's key within each
   * of the segments that it is read in (DynamoDB's hash keys have no order). It must give the same entries for the same row every time, however the rows are cut into chunks, since validation
   * asks it again. No two entries of all packages have the same partition and key. What it throws fails the run.
   */
  migrate(rows: readonly Item[], context: PackageContext): Iterable<PackageEntry> | AsyncIterable<PackageEntry>;
}

/** What the rows' chunk is of, and how to look at other rows of the package. */
export interface PackageContext {
  /** The name of the package. */
  readonly package: string;
  /** The table that the rows are of. */
  readonly table: string;
  /** The version that the migration leads to. */
  readonly version: number;
  /** Rows of a table of this package by their keys, in their order; undefined where there is none. */
  get(table: string, keys: readonly ItemKey[]): Promise<readonly (Item | undefined)[]>;
}

/** An entry of the key-value store, within the limits of `KeyValueStore`. */
export interface PackageEntry {
  readonly partition: Uint8Array;
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/** A key-value store of a service: the table of a declared store, as `openKeyValueStore` of `carryover/kv` opens it. */
export interface KeyValuePlace {
  /** The declared store. Default the database. */
  readonly store?: string;
  /** Default `key_values`. */
  readonly table?: string;
}

/** Which packages are imported, from where to where. */
export interface ImportPackagesOptions {
  readonly packages: readonly PackageToImport[];
  /** The declared store that holds the packages' tables. Default the database. */
  readonly from?: string;
  /** The key-value store that the entries go to; it must hold none yet. Default table `key_values` of the database. */
  readonly to?: KeyValuePlace;
  /** The declared store, an archive as a rule, that the entries are exported to first, and imported from. Default: none. */
  readonly via?: string;
  /** The packages' tables stay. Default: they are dropped once the version is written. */
  readonly keepTables?: boolean;
  /** A flag of the configuration: the chain stops before this migration while it is off. */
  readonly when?: string;
  /** `restart`: another run drops what the unfinished one made, and begins anew. Default `resume`. */
  readonly onRerun?: 'resume' | 'restart';
}
