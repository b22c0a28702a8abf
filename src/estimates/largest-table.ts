import { maxUnits } from '../migrations/copy/segment-count.js';
import { estimateCopy, type CopyEstimate, type Workload } from './copy-estimate.js';
import { assumed, deployment } from './deployment.js';
import { quotas } from './platform.js';
import { executionFlow, unitFlow, type UnitFlow } from './unit-flow.js';

/** A limit that a copy must keep. */
export interface Bound {
  readonly name: string;
  readonly most: number;
  readonly unit: string;
  /** What a copy uses of it. */
  used(copy: CopyEstimate): number;
}

/** Beyond any table: an item of one byte each, it is larger than what is known to be stored anywhere. */
const mostItems = 1e15;
const secondsOfDay = 86_400;
const secondsOfHour = 3_600;

/** All limits that grow with the table, or with what it is split into. */
export function bounds(definition: unknown): Bound[] {
  const [ofMigrate, ofValidate] = [unitFlow(definition, 'Migrate'), unitFlow(definition, 'Validate')];
  const { events, stateBytes, days } = quotas.execution;
  const hours = (seconds: number): number => seconds / secondsOfHour;
  return [
    {
      name: "The execution's time-out",
      most: hours(deployment.executionDays * secondsOfDay),
      unit: 'hours',
      used: ({ seconds }) => hours(seconds),
    },
    {
      name: 'An execution of Step Functions',
      most: hours(days * secondsOfDay),
      unit: 'hours',
      used: ({ seconds }) => hours(seconds),
    },
    {
      name: 'History of a unit of Migrate',
      most: events,
      unit: 'events',
      used: ({ migrate }) => history(ofMigrate, migrate),
    },
    {
      name: 'History of a unit of Validate',
      most: events,
      unit: 'events',
      used: ({ validate }) => history(ofValidate, validate),
    },
    {
      name: 'History of the execution',
      most: events,
      unit: 'events',
      used: () => executionFlow(definition).events + assumed.stepCalls * assumed.eventsOfRetry,
    },
    { name: 'Units of a phase', most: maxUnits, unit: 'units', used: (copy) => mostUnits(copy) },
    { name: 'State before a Map', most: stateBytes, unit: 'bytes', used: (copy) => bytesOfNumbers(mostUnits(copy)) },
    {
      name: 'Functions at a time',
      most: quotas.functions.concurrent,
      unit: 'functions',
      used: ({ migrate, validate }) => Math.max(migrate.workers, validate.workers),
    },
  ];
}

/** The largest table that keeps these bounds, to three digits; undefined where no size breaks one. */
export function largestTable(work: Omit<Workload, 'items'>, kept: readonly Bound[]): number | undefined {
  const fits = (items: number): boolean => {
    const copy = estimateCopy({ ...work, items });
    return kept.every(({ used, most }) => used(copy) <= most);
  };
  if (fits(mostItems)) return undefined;
  let [fitting, over] = [1, mostItems];
  while (over / fitting > 1.0001) {
    const between = Math.sqrt(fitting * over);
    if (fits(between)) fitting = between;
    else over = between;
  }
  const digit = 10 ** (Math.floor(Math.log10(fitting)) - 2);
  return Math.floor(fitting / digit) * digit;
}

/** Events of the largest unit, each of whose calls is tried again. */
function history({ eachCall, beside }: UnitFlow, { mostCalls }: { readonly mostCalls: number }): number {
  return beside.events + mostCalls * (eachCall.events + assumed.retriesOfCall * assumed.eventsOfRetry);
}

function mostUnits({ migrate, validate }: CopyEstimate): number {
  return Math.max(migrate.units, validate.units);
}

/** A list of the numbers from 0 on as JSON, in the state and in the answer that it came with. */
function bytesOfNumbers(units: number): number {
  return 2 * JSON.stringify(Array.from({ length: units }, (_, unit) => unit)).length;
}
