import type { DeployedStore } from '../src/project/deployed-stores.js';
import type { Step } from './steps.js';

/** What a step does with a store; `state` is Carryover's own table or folder in it. */
export type Need =
  | 'list'
  | 'describe'
  | 'inspect'
  | 'read'
  | 'create'
  | 'drop'
  | 'write'
  | 'finish'
  | 'read-entries'
  | 'write-entries'
  | 'make-state'
  | 'state';

type Needs = Readonly<Record<'source' | 'target', readonly Need[]>>;

/** Every step renews the lease, which is in the target's state. */
const needsOfSteps: Readonly<Record<Step, Needs>> = {
  begin: { source: ['list', 'describe', 'inspect'], target: ['describe', 'make-state', 'state'] },
  setup: { source: ['list', 'describe'], target: ['describe', 'create', 'drop', 'state'] },
  migrate: { source: ['describe', 'read'], target: ['describe', 'write', 'state'] },
  expect: { source: ['list', 'describe'], target: ['describe', 'state'] },
  validate: { source: ['describe', 'read'], target: ['describe', 'read', 'state'] },
  judge: { source: [], target: ['state'] },
  locate: { source: ['describe', 'read'], target: ['describe', 'read', 'state'] },
  complete: { source: [], target: ['describe', 'finish', 'state'] },
  cleanup: { source: [], target: ['state'] },
  abort: { source: [], target: ['state'] },
};

/** What the version chain does beside: it asks whether a new database is empty, and runs code of the project's own. */
const needsOfChain: Partial<Readonly<Record<Step, Needs>>> = {
  begin: { source: ['list', 'describe', 'read'], target: ['list', 'describe', 'read'] },
  setup: { source: ['read', 'read-entries'], target: [] },
  migrate: {
    source: ['describe', 'read', 'read-entries'],
    target: ['describe', 'read', 'write', 'read-entries', 'write-entries'],
  },
};

/** What it does with the database itself: a rollover leaves the old table to be dropped later. */
const needsOfDatabase: Partial<Readonly<Record<Step, readonly Need[]>>> = {
  begin: ['make-state', 'state'],
  cleanup: ['describe', 'drop'],
};

/** What a step does with this store, in all the roles that the project gives it. */
export function needsOf(step: Step, { isSource, isTarget, allowReplace, chain }: DeployedStore): ReadonlySet<Need> {
  const needs = new Set<Need>();
  const add = ({ source, target }: Needs): void => {
    for (const need of [...(isSource ? source : []), ...(isTarget ? target : [])]) needs.add(need);
  };
  add(needsOfSteps[step]);
  if (chain !== undefined) add(needsOfChain[step] ?? nothing);
  if (chain === 'database') for (const need of needsOfDatabase[step] ?? []) needs.add(need);
  if (!allowReplace) needs.delete('drop');
  return needs;
}

const nothing: Needs = { source: [], target: [] };
