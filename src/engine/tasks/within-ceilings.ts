import { connectionsOfACall, unitsWithin } from '../../connection-ceiling.js';
import { InputError, type Fault } from '../../errors.js';
import type { Settings } from '../../settings.js';
import type { Dependencies } from '../dependencies.js';
import { declaration } from './store-uses.js';
import type { Task } from './task.js';

/** What a run asks for, and the declared stores that its units may open. */
export interface AskedUnits {
  /** The part of the input that asks: `copy`. */
  readonly field: string;
  readonly concurrency: number | undefined;
  readonly stores: readonly string[];
}

/**
 * Opens a task with no more units at a time than the ceilings of its stores have room for: a default that is higher is lowered, and
 * the task says so. Throws InputError, together with the faults of the task, for an input that asks for more.
 */
export async function withinCeilings(
  asked: AskedUnits,
  deps: Dependencies,
  open: (settings: Settings) => Promise<Task>,
): Promise<Task> {
  const { settings } = deps;
  const lowest = lowestCeiling(asked.stores, deps);
  if (lowest === undefined) return await open(settings);
  if ((asked.concurrency ?? 1) > lowest.units)
    throw new InputError([tooMany(asked, lowest), ...(await faultsOf(open, settings))]);
  const task = await open({ ...settings, concurrency: Math.min(settings.concurrency, lowest.units) });
  if (asked.concurrency !== undefined || settings.concurrency <= lowest.units) return task;
  const message = `${roomOf(lowest)}: ${settings.concurrency} units at a time are lowered to ${lowest.units}`;
  return { ...task, lowered: { field: ceilingOf(lowest), message } };
}

interface Ceiling {
  readonly name: string;
  readonly maxConnections: number;
  readonly units: number;
}

function lowestCeiling(stores: readonly string[], { project }: Dependencies): Ceiling | undefined {
  return stores
    .flatMap((name): Ceiling[] => {
      const maxConnections = declaration(project, name)?.maxConnections;
      return maxConnections === undefined ? [] : [{ name, maxConnections, units: unitsWithin(maxConnections) }];
    })
    .sort((a, b) => a.units - b.units)[0];
}

function tooMany({ field, concurrency }: AskedUnits, lowest: Ceiling): Fault {
  const message = `asks for ${concurrency ?? 0} units at a time: give ${lowest.units} at most, since ${ceilingOf(lowest)} ${roomOf(lowest)}`;
  return { field: `${field}.concurrency`, message };
}

function ceilingOf({ name }: Ceiling): string {
  return `stores.${name}.maxConnections`;
}

function roomOf({ maxConnections }: Ceiling): string {
  return `is ${maxConnections}, and each unit takes up to ${connectionsOfACall} of them, as does one call beside`;
}

async function faultsOf(open: (settings: Settings) => Promise<Task>, settings: Settings): Promise<readonly Fault[]> {
  try {
    await open(settings);
    return [];
  } catch (error) {
    if (error instanceof InputError) return error.faults;
    throw error;
  }
}
