import type { Clock } from '../clock.js';
import type { Fault } from '../errors.js';
import type { Json } from '../json.js';
import type { Ledger, UnitRecord } from '../ledger/ledger.js';
import type { Settings } from '../settings.js';
import type { Cursor, Fence, Store, Usage } from '../stores/store.js';

/**
 * The contract of a migration. Work is a generator, and `yield` is a safe point: whatever was yielded is durable in the
 * target before the `yield`. The engine does all the rest, once: it saves checkpoints, watches the deadline and the
 * lease, counts, and calls again after a crash with the last cursor that it saved. Every method may be called again for
 * what it has done already.
 */
export interface Migration {
  /** What would be done and what is in the way, before anything is touched and without a lease. */
  forecast(context: ForecastContext): Promise<Forecast>;
  /** Prepares the target and plans the units. */
  setup(context: SetupContext, from: Cursor | undefined): AsyncIterable<SetupProgress>;
  /** Does a unit from where `from` says; returns when it is done. */
  migrate(unit: UnitRecord, from: Cursor | undefined, context: MigrationContext): AsyncIterable<Progress>;
  /** What must equal what, in the order of the tables' names; `after`: only of the tables behind this one. */
  expects(context: MigrationContext, after: string): AsyncIterable<Expectation>;
  /** What cutover needs beside the state entry. */
  complete(context: MigrationContext, from: Cursor | undefined): AsyncIterable<StepProgress>;
  /** Removes what the attempt kept for itself. False: not finished, call again. */
  cleanup(context: MigrationContext): Promise<boolean>;
}

export interface ForecastContext {
  readonly source: Store;
  readonly target: Store;
  readonly settings: Settings;
  /** The attempt that would be resumed, and one whose tables a fresh start drops. */
  readonly attempts: readonly { readonly id: string; readonly resumed: boolean }[];
}

export interface MigrationContext extends Omit<ForecastContext, 'attempts'> {
  readonly attempt: string;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly fence: Fence;
  /** The call's time is nearly over: come to a safe point. */
  ending(): boolean;
}

export interface SetupContext extends MigrationContext {
  /** The attempts that this one replaces (`fresh`): their tables are dropped first. */
  readonly previousAttempts: readonly string[];
  /** The ledger's name in this attempt, on which another ledger may have worked too. */
  readonly ledgerId: string;
}

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
  /** Called only when the group was not planned before. One unit for each element. */
  plan(): Promise<readonly Json[]>;
}

/** What a step of a unit added. */
export interface Progress {
  readonly cursor: Cursor;
  readonly items: number;
  readonly sizeBytes: number;
  readonly usage: Usage;
}

/** Two tables to be compared. */
export interface Expectation {
  readonly table: string;
  /** `equal`: both hold the same items. `contained`: the actual one holds all of the expected one, and may hold more. */
  readonly relation: 'equal' | 'contained';
  readonly expected: View;
  readonly actual: View;
}

/** A table as validation reads it. */
export interface View {
  readonly side: 'source' | 'target';
  readonly table: string;
  readonly key: readonly { readonly name: string }[];
  /** Items whose expiry (epoch seconds in this attribute) had passed when the generation began are left out. */
  readonly ttlAttribute?: string;
}

export interface Forecast {
  readonly faults: readonly Fault[];
  readonly warnings: readonly Fault[];
  readonly tables: readonly ForecastTable[];
  /** Tables of the target that would be dropped. */
  readonly drops: readonly string[];
}

export interface ForecastTable {
  readonly table: string;
  readonly mode: 'carry' | 'schema only';
  readonly items?: number;
  readonly sizeBytes?: number;
  readonly segments: number;
  /** What is in the target under this name: nothing, a table of the resumed attempt, or one that was there before. */
  readonly target: 'absent' | 'own' | 'existing';
}
