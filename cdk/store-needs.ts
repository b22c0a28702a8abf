import type { DeployedStore } from '../src/project/deployed-stores.js';
import type { Step } from './steps.js';

/** What a step does with a store; `state` is Carryover's own table or folder in it. */
export type Need =
  'list' | 'describe' | 'inspect' | 'read' | 'create' | 'drop' | 'write' | 'finish' | 'make-state' | 'state';

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

/** What a step does with this store, in all the roles that the project gives it. */
export function needsOf(step: Step, { isSource, isTarget, allowReplace }: DeployedStore): ReadonlySet<Need> {
  const { source, target } = needsOfSteps[step];
  const needs = new Set([...(isSource ? source : []), ...(isTarget ? target : [])]);
  if (!allowReplace) needs.delete('drop');
  return needs;
}
