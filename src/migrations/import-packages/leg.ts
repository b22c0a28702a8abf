import type { Store } from '../../stores/store.js';
import { maxUnits } from '../copy/segment-count.js';
import type { MigrationContext } from '../migration.js';
import type { PackageToImport } from './packages.js';

/** One way that entries go: out of the packages' tables, or out of a staging store. */
export interface Leg {
  /** The names of the declared stores. */
  readonly from: string;
  readonly to: string;
  readonly source: Store;
  readonly target: Store;
  /** The version that the migration leads to; of an import alone, the one that the header names. */
  readonly version: number;
  readonly parcels: readonly Parcel[];
  /** What the target is compared with, package by package, where that is not what it is made from. */
  readonly proof?: Leg;
  /** Where a fault of an option is: `0003_to_kv, via` of the option `via`. */
  option(name: string): string;
}

/** What goes of one package. */
export interface Parcel {
  readonly package: string;
  /** What its units and its comparison are called, for people. */
  readonly title: string;
  /** The tables that it is read from. */
  readonly tables: readonly string[];
  /** The table of the target. */
  readonly table: string;
  /** What rows become; absent where the tables hold entries already. */
  readonly migrate?: PackageToImport['migrate'];
  /** The write id of all its entries. */
  writeId(attempt: string): string;
}

export type LegContext = MigrationContext & { readonly leg: Leg };

/** The parcel of this title. */
export function parcelOf({ parcels }: Leg, title: string): Parcel {
  const parcel = parcels.find((one) => one.title === title);
  if (parcel === undefined) throw new TypeError(`there is no package "${title}" here`);
  return parcel;
}

/** How many rows are a chunk at most: what becomes of them all is in memory at once when they are validated. */
export const chunkRows = 500;

/** The tables of the target, each once. */
export function targetTables({ parcels }: Leg): string[] {
  return [...new Set(parcels.map(({ table }) => table))];
}

/**
 * The most segments of each table that is read: with them an export and the import of what it exported, which number their units
 * together, stay within the units that there are, and so does validation, which reads a package's tables and the one that they
 * went into. 0 where there are too many tables.
 */
export function mostLegSegments({ parcels }: Leg): number {
  const tables = parcels.reduce((sum, parcel) => sum + parcel.tables.length, 0);
  return Math.floor(maxUnits / (2 * tables));
}
