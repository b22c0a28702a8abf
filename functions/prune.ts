import { z } from 'zod';
import type { Clock } from '../src/clock.js';
import { environment } from '../src/environment.js';
import { systemClock } from '../src/system-clock.js';
import { attendantHandler, type AttendantHandler, type Reports } from './attendant-handler.js';
import { openPublishedVersions, type PublishedVersions } from './aws/published-versions.js';
import { setByStack } from './aws/set-by-stack.js';
import { isSettled, openStackStatuses, type StackStatuses } from './aws/stack-statuses.js';
import { openStateMachine, type StateMachine } from './aws/state-machine.js';
import { removableVersions, retentionMs, versionsNamedIn } from './removable-versions.js';

export interface PruneDependencies {
  readonly machine: Pick<StateMachine, 'executions' | 'definition' | 'definitionOf'>;
  readonly versions: PublishedVersions;
  /** Of the stack that the functions belong to. */
  readonly stackStatuses: () => ReturnType<StackStatuses>;
  /** The names of the functions whose old versions go. */
  readonly functions: () => readonly string[];
  readonly clock: Pick<Clock, 'now'>;
}

/**
 * Deletes the published versions of the deployment's functions that no run and no rollback needs any more. All that must be known is
 * read first: where something cannot be read, the call fails and nothing is deleted.
 */
export function pruneHandler(deps: PruneDependencies = onAws()): AttendantHandler {
  return attendantHandler(z.unknown(), (_event, reports) => prune(deps, reports));
}

async function prune(deps: PruneDependencies, { logger }: Reports): Promise<{ deleted: readonly string[] }> {
  const removable = await removableOf(deps);
  // Looked at last: a deployment that began while the rest was read, and goes back, would bring back what it found.
  const statuses = await deps.stackStatuses();
  if (!isSettled(statuses)) {
    logger.warn('A deployment is under way, or has failed half-way: nothing is deleted', { statuses });
    return { deleted: [] };
  }
  const [deleted, failures]: [string[], Error[]] = [[], []];
  for (const { name, version } of removable) {
    try {
      await deps.versions.remove(name, version);
      logger.info('Deleted', { function: name, version });
      deleted.push(`${name}:${version}`);
    } catch (cause) {
      // One that Lambda keeps, as it may for another account's use, is no reason to keep the others.
      failures.push(new Error(`${name}:${version} was not deleted: ${String(cause)}`, { cause }));
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, failures.map(({ message }) => message).join('\n'));
  return { deleted };
}

async function removableOf({ machine, versions, functions, clock }: PruneDependencies) {
  const names = functions();
  const nowMs = clock.now();
  const named = new Map(names.map((name) => [name, new Set<string>()]));
  for (const definition of await definitionsInUse(machine, nowMs))
    for (const [name, numbers] of versionsNamedIn(definition, names))
      for (const number of numbers) named.get(name)?.add(number);
  const removable: { name: string; version: string }[] = [];
  for (const name of names) {
    const known = { versions: await versions.of(name), aliased: await versions.aliased(name) };
    for (const version of removableVersions({ ...known, named: named.get(name) ?? new Set() }, nowMs))
      removable.push({ name, version });
  }
  return removable;
}

/** The definition of new executions, and of all that are under way or may be redriven. */
async function definitionsInUse(machine: PruneDependencies['machine'], nowMs: number): Promise<Set<string>> {
  const definitions = new Set([await machine.definition()]);
  for await (const { arn, endedAt } of machine.executions())
    if (endedAt === undefined || endedAt.getTime() >= nowMs - retentionMs)
      definitions.add(await machine.definitionOf(arn));
  return definitions;
}

function onAws(): PruneDependencies {
  const stackStatuses = openStackStatuses();
  return {
    machine: openStateMachine(() => setByStack('CARRYOVER_STATE_MACHINE_ARN', environment.stateMachineArn())),
    versions: openPublishedVersions(),
    stackStatuses: () => stackStatuses(setByStack('CARRYOVER_STACK_ID', environment.stackId())),
    functions: () => setByStack('CARRYOVER_FUNCTIONS', environment.versionedFunctions()).split(','),
    clock: systemClock,
  };
}
