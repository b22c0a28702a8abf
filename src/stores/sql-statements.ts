import type { Fault } from '../errors.js';
import type { Fence } from './store.js';

/** What a store does whose engine takes SQL. */
export interface SqlStatements {
  /**
   * What keeps the statements from being run by `transact`, as far as it can be known without running them: one that is
   * empty, is several, has a syntax error, cannot run in a transaction or would end it. Changes nothing. `field` is
   * `statement 2`, counted from 1.
   */
  inspect(statements: readonly string[]): Promise<readonly Fault[]>;

  /**
   * Runs the statements, each alone, in one transaction together with the marker, an entry of the store's `keyValues`; when
   * that entry is there already, nothing runs. So a commit whose answer was lost is not repeated, and of many who run the
   * same at once one does. The fence's token is checked in the same transaction.
   *
   * Passing errors (a deadlock, a broken connection) are retried as for every other write. Throws InputError, with nothing
   * done, for what `inspect` refuses, for a statement that the engine refuses, and for one that is not done when `ending`
   * says true: it is cancelled. Throws LeaseLostError, with nothing done, when the fence's token is no longer the current one.
   */
  transact(statements: readonly string[], options: TransactOptions): Promise<Transacted>;
}

export interface TransactOptions {
  readonly marker: Marker;
  readonly fence?: Fence;
  /** The time is nearly over: no statement goes on. Asked twice a second. Absent: they take as long as they take. */
  ending?(): boolean;
}

export interface Marker {
  readonly partition: Uint8Array;
  readonly key: Uint8Array;
  /** What the entry holds when the statements are done; `rows`: how many rows they inserted, changed and deleted. */
  value(rows: number): Uint8Array;
}

export interface Transacted {
  /** False: the marker was there, and nothing was run. */
  readonly applied: boolean;
  /** The marker's value as it is now. */
  readonly marker: Uint8Array;
}
