import type { MigrationDefinition } from '../definition.js';
import { openSql } from './sql-migration.js';

export interface SqlInput {
  /** Run one after the other in one transaction; each text is one statement of PostgreSQL. */
  readonly statements: readonly string[];
  /** The name of the declared store that they are for: default the database. */
  readonly store?: string;
  readonly when?: string;
  readonly onRerun?: 'resume' | 'restart';
}

/**
 * A migration of statements: all of them are done, once, or none is. See docs/migrations/sql.md. What is wrong with them is told
 * before anything is touched where it can be known, with the first run of the migration otherwise.
 */
export function sql({ statements, store, when, onRerun }: SqlInput): MigrationDefinition {
  return {
    kind: 'sql',
    ...(when === undefined ? {} : { when }),
    ...(onRerun === undefined ? {} : { onRerun }),
    leavesNothing: true,
    stores: store === undefined ? [] : [store],
    open: (stage) => Promise.resolve(openSql(stage, { statements, store })),
  };
}
