import type { Settings } from '../settings.js';
import type { KeyValueStore } from '../kv/key-value-store.js';
import type { Fence, Store } from '../stores/store.js';
import type { Migration } from './migration.js';
import type { RegisteredMigration } from './registry.js';

/** What a file of the migrations folder exports by default; made by one of the kinds (`copyTables`, `forEachPartition`, …). */
export interface MigrationDefinition {
  /** The name of the kind, as `carryover new --kind` and the history have it: `for-each-partition`. */
  readonly kind: string;
  /** A flag of the configuration: the chain stops before this migration, and succeeds, while it is off. */
  readonly when?: string;
  /** `restart`: another run does not go on with an unfinished attempt of this migration, but begins a new one. Default `resume`. */
  readonly onRerun?: 'resume' | 'restart';
  /** An attempt makes nothing that a new one would have to drop first: it may be begun anew at any time, unasked. */
  readonly leavesNothing?: boolean;
  /** Names of the declared stores that it uses beside the database. */
  readonly stores?: readonly string[];
  /** Partitions can be migrated one by one: see `up --partition`. */
  readonly partitioned?: PartitionedStep;
  /** What it exports by itself: see `carryover export`. */
  readonly exported?: ExportedStep;
  /** The migration at work on these stores. Called in each call of each step: opens nothing that must be closed. */
  open(stage: Stage): Promise<Migration>;
}

/** How a kind exports entries for a key-value store, without importing them. */
export interface ExportedStep {
  /** The names of what can be exported apart. */
  readonly packages: readonly string[];
  /** The export into a declared store as a migration of its own; `packages`: only these. */
  open(stage: Stage, to: string, packages: readonly string[] | undefined): Promise<Migration>;
}

/** What a migration is opened with. */
export interface Stage {
  /** The version that it leads to. */
  readonly version: number;
  /** Its file without the ending: `0003_split_name`. For people. */
  readonly name: string;
  /** The name of the declared store whose version it changes. */
  readonly database: string;
  readonly settings: Settings;
  /** The migrations of lower numbers, in order. */
  readonly earlier: readonly RegisteredMigration[];
  /** Only this partition is to be migrated. */
  readonly partition?: string;
  /** What may be done with a store, where its declaration says more than its URL. */
  declared(name: string): StoreUse | undefined;
  /** A declared store. Throws InputError for a name that the project does not declare. */
  openStore(name: string): Promise<Store>;
  /** A key-value store of the service's own: a table of a declared store. */
  openKeyValueStore(store: string, table: string): Promise<KeyValueStore>;
}

/** See `DeclaredStore` of the configuration. */
export interface StoreUse {
  readonly role?: 'source' | 'target';
  readonly allowReplace?: boolean;
}

/** How a kind that works partition by partition takes one of them a version on; used by later steps for those that lag. */
export interface PartitionedStep {
  /**
   * Migrates one partition; each yield is a safe point from which it may go on in another call.
   */
  migrate(partition: string, context: PartitionContext, from: unknown): AsyncIterable<PartitionProgress>;
}

/** A safe point inside a partition: a JSON value to go on from, and how many items were dealt with since the last one. */
export interface PartitionProgress {
  readonly cursor: unknown;
  readonly items: number;
}

/** What code that migrates a partition is given. */
export interface PartitionContext {
  /** The version that the partition is brought to. */
  readonly version: number;
  /** The store whose version the chain changes. */
  readonly database: Store;
  /** Another declared store, by its name. Throws InputError for a name that the project does not declare. */
  openStore(name: string): Promise<Store>;
  /**
   * A key-value store of the service's own: a table of a declared store, as `openKeyValueStore` of `carryover/kv` opens it,
   * whose writes ask `assertMaySend` first.
   */
  openKeyValueStore(store: string, table: string): Promise<KeyValueStore>;
  /** For writers of a store: `store.writer(table, { unit: 0, position: 0, fence: context.fenceFor(store) })`. */
  fenceFor(store: Store): Fence;
  /**
   * Throws when nothing may be sent any more: another run owns the database, or the time of this call is over. Call it
   * before each write that does not go through a writer with `fence`.
   */
  assertMaySend(): void;
  /** The call's time is nearly over: come to a safe point. */
  ending(): boolean;
}
