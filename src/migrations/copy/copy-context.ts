import type { Store } from '../../stores/store.js';
import type { ForecastContext, MigrationContext, SetupContext } from '../migration.js';

/** The stores of a copy, and their names in the project. */
export interface CopyStores {
  readonly source: Store;
  readonly target: Store;
  readonly from: string;
  readonly to: string;
}

/** `fence` is the target's. */
export type CopyContext = MigrationContext & CopyStores;
export type CopySetupContext = SetupContext & CopyStores;
export type CopyForecastContext = ForecastContext & CopyStores;
