import type { Fault } from '../errors.js';

export interface Forecast {
  readonly faults: readonly Fault[];
  readonly warnings: readonly Fault[];
  readonly tables: readonly ForecastTable[];
  /** Tables of the target that would be dropped. */
  readonly drops: readonly string[];
  /** Partitions that would be migrated: how many, and the first of their names. */
  readonly partitions?: { readonly count: number; readonly names: readonly string[] };
  /** What else a person should know: that something is not known yet, for instance. */
  readonly notes?: readonly string[];
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
