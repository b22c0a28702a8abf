import type { Store } from '../../stores/store.js';
import type { ForecastContext, MigrationContext, SetupContext } from '../migration.js';
import type { CopyInput } from './copy-input.js';
import type { TableChanges } from './table-changes.js';

/** The stores of a copy, and their names in the project. */
export interface CopyStores {
  readonly source: Store;
  readonly target: Store;
  readonly from: string;
  readonly to: string;
}

/** What is to be carried, and what becomes of it. */
export interface CopyPlan extends CopyStores {
  readonly input: CopyInput;
  readonly changes: TableChanges;
  /** How many items may stay in quarantine; undefined: an item that the target refuses fails its unit. */
  readonly quarantine: number | undefined;
  /** Where a fault of an option is: `copy.tables` of the option `tables`. */
  option(name: string): string;
}

/** Whether tables are carried within one store, where each needs a name that is free. */
export function isWithinStore({ from, to }: Pick<CopyStores, 'from' | 'to'>): boolean {
  return from === to;
}

/** `fence` is the target's. */
export type CopyContext = MigrationContext & CopyPlan;
export type CopySetupContext = SetupContext & CopyPlan;
export type CopyForecastContext = ForecastContext & CopyPlan;
