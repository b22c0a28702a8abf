import type { Clock } from '../clock.js';
import type { Json } from '../json.js';
import type { Ledger, UnitRecord } from '../ledger/ledger.js';
import type { Settings } from '../settings.js';
import type { Item } from '../stores/item.js';
import type { Cursor, Fence, Store, Usage } from '../stores/store.js';
import type { Proof } from '../versions/history.js';
import type { PendingDrop } from '../versions/state-entry.js';
import type { Expectation, ValidatedTable, ViewSource } from './expectation.js';
import type { Forecast } from './forecast.js';

/**
 * The contract of a migration. Work is a generator, and `yield` is a safe point: whatever was yielded is durable in the
 * target before the `yield`. The engine does all the rest, once: it saves checkpoints, watches the deadline and the
 * lease, counts, and calls again after a crash with the last cursor that it saved. Every method may be called again for
 * what it has done already.
 */
export interface Migration {
  /** How often the checkpoints of its units are due. Default `frequent`. */
  readonly checkpoints?: CheckpointPace;
  /** What would be done and what is in the way, before anything is touched and without a lease. */
  forecast(context: ForecastContext): Promise<Forecast>;
  /** Prepares the target and plans the units. */
  setup(context: SetupContext, from: Cursor | undefined): AsyncIterable<SetupProgress>;
  /** Does a unit from where `from` says; returns when it is done. */
  migrate(unit: UnitRecord, from: Cursor | undefined, context: MigrationContext): AsyncIterable<Progress>;
  /** What must equal what, in the order of the tables' names; `after`: only of the tables behind this one. */
  expects(context: MigrationContext, after: string): AsyncIterable<Expectation>;
  /**
   * What is compared of these items, for views that say `transformed`. Of the expected side: what the target must hold of
   * them, without what is in quarantine. Of the actual side: those that this table's comparison is about.
   */
  transformed?(
    table: string,
    items: readonly Item[],
    context: MigrationContext,
    of: ViewSource,
  ): Promise<readonly Item[]>;
  /**
   * Called by Judge when every unit is done: `again` plans another round of units in Setup (waves of partitions). May throw
   * to fail the run. Default `complete`.
   */
  judge?(context: MigrationContext): Promise<'complete' | 'again'>;
  /** Called by Judge when all that this round expects is equal, with what each expectation found. */
  validated?(context: MigrationContext, found: readonly ValidatedTable[]): Promise<void>;
  /** What the history of the version says of what validation found. */
  proven?(context: MigrationContext): Promise<readonly Proof[]>;
  /** What cutover needs beside the state entry. */
  complete(context: MigrationContext, from: Cursor | undefined): AsyncIterable<StepProgress>;
  /** What the one write of the state entry changes beside the version. Called again after a crash: it must say the same. */
  cutover?(context: MigrationContext): Promise<Cutover>;
  /** Removes what the attempt kept for itself. False: not finished, call again. */
  cleanup(context: MigrationContext): Promise<boolean>;
  /** The tables that `cleanup` of this attempt has still to remove, for people. Asked when it failed; reads only. */
  leftOver?(attempt: string): Promise<readonly { readonly store: string; readonly table: string }[]>;
}

/** The new data becomes the live data. */
export interface Cutover {
  /** Logical names and the physical ones that are live from now on. */
  readonly active?: Readonly<Record<string, string>>;
  /** What is to be dropped from now on, or later. */
  readonly cleanup?: readonly PendingDrop[];
  /**
   * The declared store that the state entry moves to, with version, history, partitions, lease and all that this cutover
   * writes; the old one then says where it went. Absent: it stays.
   */
  readonly home?: string;
  /**
   * Milliseconds that readers may still use the old names: the service stays frozen until they are over. Each call waits for all
   * of them, so that they must be well below a minute.
   */
  readonly namesKeptMs?: number;
}

export interface ForecastContext {
  /** The store that holds the state entry: whose lease and version it is. */
  readonly home: Store;
  readonly settings: Settings;
  /** Only `faults` are asked for, by a run that is about to begin: what takes long and is only told to people is left out. */
  readonly faultsOnly?: boolean;
  /** The attempt that would be resumed, and one whose tables a fresh start drops. */
  readonly attempts: readonly { readonly id: string; readonly resumed: boolean }[];
}

export interface MigrationContext extends Omit<ForecastContext, 'attempts' | 'faultsOnly'> {
  readonly attempt: string;
  readonly ledger: Ledger;
  readonly clock: Clock;
  /** For what is written to `home`. */
  readonly fence: Fence;
  /** The fence for what is written to a store: elsewhere than in `home`, the lease cannot be checked by the engine. */
  fenceFor(store: Store): Fence;
  /** Rounds of units that came before this one: see `judge`. */
  readonly round: number;
  /** The call's time is nearly over: come to a safe point. */
  ending(): boolean;
}

export interface SetupContext extends MigrationContext {
  /** The attempts that this one replaces (`fresh`): their tables are dropped first. */
  readonly previousAttempts: readonly string[];
  /** The ledger's name in this attempt, on which another ledger may have worked too. */
  readonly ledgerId: string;
}

/**
 * `each`: after every safe point, where one is a whole part of an archive. `frequent`: after some seconds and some hundred data
 * requests, whichever is later. `timed`: after some seconds. `rare`: once a minute. See `checkpointDue` for the figures.
 */
export type CheckpointPace = 'each' | 'frequent' | 'timed' | 'rare';

/** A place from which a step may go on in another call, or a pause. */
export type StepProgress =
  | { readonly cursor: Cursor }
  /** The engine is busy with what it was asked for; go on a second later. */
  | { readonly wait: true };

/** In Setup also a group of units to be planned. */
export type SetupProgress = StepProgress | { readonly group: UnitGroup };

/** The units of one table. The generator goes on when they are planned or, for a `restart`, begin from nothing. */
export interface UnitGroup {
  readonly table: string;
  /** The target is not the one that the unit's checkpoints speak of: they start again. */
  readonly restart: boolean;
  /** Called only when the group was not planned before. One unit for each element, of which there may be as many as are `left`. */
  plan(left: number): Promise<readonly Json[]>;
}

/** What a step of a unit added. */
export interface Progress {
  readonly cursor: Cursor;
  readonly items: number;
  readonly sizeBytes: number;
  readonly usage: Usage;
  /** This point is in the ledger before the work goes on; else when a checkpoint is due. */
  readonly save?: true;
}
