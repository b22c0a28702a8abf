import type { Fault } from '../errors.js';
import type { Dropping } from './allowed-input.js';
import type { StoreField, StoreOptions } from './command-project.js';

/** The options that `copy`, `export` and `import` have in common, as commander gives them. */
export interface AdHocOptions extends StoreOptions {
  readonly yes?: boolean;
  readonly fresh?: boolean;
  readonly concurrency?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
  readonly stack?: string;
}

/** A command that does something once, between stores, and changes no version. */
export interface AdHocCommand<Options extends AdHocOptions = AdHocOptions> {
  /** The part of an execution's input that asks for it. */
  readonly name: 'copy' | 'export' | 'import';
  /** The stores that its options name. */
  readonly stores: readonly StoreField[];
  /** It works with the project's migrations. */
  readonly needsMigrations: boolean;
  /** The part of the input for these options, the stores apart, and all that is wrong with them. */
  inputOf(options: Options): { input: Record<string, unknown>; faults: Fault[] };
  /** What somebody has to allow first; undefined when nothing is. */
  droppingOf(options: Options): Dropping | undefined;
}
