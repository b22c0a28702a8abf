import { InputError, type Fault } from '../../errors.js';
import type { SqlStatements } from '../../stores/sql-statements.js';
import type { Store } from '../../stores/store.js';
import type { Stage } from '../definition.js';
import type { SqlMarker } from './marker.js';

/** A migration of the kind `sql`, opened. */
export interface SqlStep {
  readonly stage: Stage;
  readonly statements: readonly string[];
  /** The store that they are for. */
  target(home: Store): Promise<Store>;
  /** The database's name, where they are for another store. */
  readonly elsewhere: string | undefined;
}

/** What runs them. Throws InputError where the engine takes no SQL. */
export function runnerOf(store: Store): SqlStatements {
  if (store.sql !== undefined) return store.sql;
  const message = `run in PostgreSQL, and ${store.location} is of the engine ${store.engine}: name another "store"`;
  throw new InputError([{ field: 'statements', message }]);
}

/** The file was changed after its statements had been run, and before the version was written. */
export function changedFault({ at }: SqlMarker): Fault {
  const message = `were run at ${at} as they were then, and were changed since: put them back, run "up", and write a further migration for the change`;
  return { field: 'statements', message };
}

/** Faults of statements as those of the migration that they belong to. */
export function faultsOf({ name }: Stage, faults: readonly Fault[]): Fault[] {
  return faults.map(({ field, message }) => ({ field: `${name}, ${field}`, message }));
}
