import type { DeployedStore } from '../../src/project/deployed-stores.js';
import type { ProjectFunction } from '../functions/function-names.js';

/** What a function does with a store; `state` is Carryover's own table or folder in it. */
export type Need =
  | 'list'
  | 'describe'
  | 'inspect'
  | 'read'
  | 'create'
  | 'drop'
  | 'remove'
  | 'write'
  | 'finish'
  | 'read-entries'
  | 'write-entries'
  | 'make-state'
  | 'read-state'
  | 'state';

type Needs = Readonly<Record<'source' | 'target', readonly Need[]>>;

/**
 * Every step renews the lease, which is in the target's state. Each that works on a run reads what a source says of itself: what
 * is exported there, and where a database that was there went. An import looks whether a table that it finds is empty.
 */
const needsOfFunctions: Readonly<Record<ProjectFunction, Needs>> = {
  begin: { source: ['list', 'describe', 'inspect', 'read-state'], target: ['describe', 'read', 'make-state', 'state'] },
  setup: {
    source: ['list', 'describe', 'read-state'],
    target: ['describe', 'read', 'create', 'drop', 'remove', 'state'],
  },
  migrate: { source: ['describe', 'read', 'read-state'], target: ['describe', 'write', 'state'] },
  expect: { source: ['list', 'describe', 'read-state'], target: ['describe', 'state'] },
  validate: { source: ['describe', 'read', 'read-state'], target: ['describe', 'read', 'state'] },
  judge: { source: ['read-state'], target: ['state'] },
  locate: { source: ['describe', 'read', 'read-state'], target: ['describe', 'read', 'state'] },
  complete: { source: ['read-state'], target: ['describe', 'finish', 'state'] },
  cleanup: { source: ['read-state'], target: ['state'] },
  abort: { source: [], target: ['state'] },
  // Who holds the lock, and until when.
  watch: { source: [], target: ['read-state'] },
};

/**
 * What the version chain does beside: it asks whether a new database is empty, runs code of the project's own, which lists its
 * partitions for Begin and Setup, and keeps notes in stores that hold no lease. A rollover leaves the old table to be dropped
 * later, an import of packages their tables and its export.
 */
const needsOfChain: Partial<Readonly<Record<ProjectFunction, Needs>>> = {
  begin: { source: ['list', 'describe', 'read', 'read-entries'], target: ['list', 'describe', 'read', 'read-entries'] },
  setup: { source: ['read', 'read-entries'], target: ['make-state', 'read-entries'] },
  migrate: {
    source: ['describe', 'read', 'read-entries'],
    target: ['describe', 'read', 'write', 'read-entries', 'write-entries'],
  },
  cleanup: { source: [], target: ['describe', 'drop'] },
  // The lock goes where the database went.
  abort: { source: ['read-state'], target: [] },
  watch: { source: ['read-state'], target: [] },
};

/** What it does with the database itself. */
const needsOfDatabase: Partial<Readonly<Record<ProjectFunction, readonly Need[]>>> = { begin: ['make-state', 'state'] };

/** What a function does with this store, in all the roles that the project gives it. */
export function needsOf(
  user: ProjectFunction,
  { isSource, isTarget, allowReplace, chain }: DeployedStore,
): ReadonlySet<Need> {
  const needs = new Set<Need>();
  const add = ({ source, target }: Needs): void => {
    for (const need of [...(isSource ? source : []), ...(isTarget ? target : [])]) needs.add(need);
  };
  add(needsOfFunctions[user]);
  if (chain !== undefined) add(needsOfChain[user] ?? nothing);
  if (chain === 'database') for (const need of needsOfDatabase[user] ?? []) needs.add(need);
  if (!allowReplace) for (const need of ['drop', 'remove'] as const) needs.delete(need);
  return needs;
}

const nothing: Needs = { source: [], target: [] };
