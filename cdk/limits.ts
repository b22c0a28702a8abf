import { Duration, Size, SizeRoundingBehavior, Token } from 'aws-cdk-lib';
import { Architecture } from 'aws-cdk-lib/aws-lambda';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { InputError, type Fault } from '../src/errors.js';
import { mostConcurrency } from '../src/settings.js';

/** How much a deployment may take of what it runs on. What is left out has the default that each names. */
export interface Limits {
  /** How long one call of a step's function may take, 1 to 14 minutes: the state machine waits 14.5. Default: 14 minutes. */
  readonly functionTimeout?: Duration;
  /** What the functions have that read and write items, 256 to 10,240 MiB. Default: 1,769 MiB, which is one virtual CPU. */
  readonly memory?: Size;
  /** Default: arm64. */
  readonly architecture?: Architecture;
  /**
   * How many calls of `migrate`, and of `validate`, and of `locate`, run at a time at the most, and are kept free for each of the
   * three: at least `concurrency`. Default: what the account has.
   */
  readonly reservedConcurrency?: number;
  /** Units at a time, 1 to 1,000, where an execution's input does not say. Default: the project's settings, else 8. */
  readonly concurrency?: number;
  /** The read capacity units a second of a whole run. Default: the project's settings, else no limit. */
  readonly readUnitsPerSecond?: number;
  /** The write capacity units a second of a whole run. Default: the project's settings, else no limit. */
  readonly writeUnitsPerSecond?: number;
  /** When an execution is ended that still runs, 1 hour to 365 days. Default: 14 days. */
  readonly executionTimeout?: Duration;
  /** How long logs are kept. Default: three months. */
  readonly logRetention?: RetentionDays;
}

/** The limits of a deployment; those of runs stand in `settings`, as far as they are given. */
export interface CheckedLimits {
  readonly functionTimeout: Duration;
  readonly memory: Size;
  readonly architecture: Architecture;
  readonly reservedConcurrency: number | undefined;
  readonly settings: RunSettings;
  readonly executionTimeout: Duration;
  readonly logRetention: RetentionDays;
}

/** Those of the project's settings that a deployment may set for itself. */
export type RunSettings = Pick<Limits, 'concurrency' | 'readUnitsPerSecond' | 'writeUnitsPerSecond'>;

/** Below the TimeoutSeconds of the state machine's tasks (870 s) and Lambda's limit of 15 minutes. */
const longestCall = Duration.minutes(14);
/** One virtual CPU. https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
const oneCpu = Size.mebibytes(1769);

/**
 * The limits with their defaults. `projectConcurrency`: what the project's settings say. Throws InputError with all that is out
 * of range, each fault naming its property (`limits.memory`).
 */
export function checkedLimits(limits: Limits, projectConcurrency: number): CheckedLimits {
  const { functionTimeout = longestCall, memory = oneCpu, executionTimeout = Duration.days(14) } = limits;
  const { concurrency, readUnitsPerSecond, writeUnitsPerSecond, reservedConcurrency } = limits;
  const faults = [
    ...within('functionTimeout', seconds(functionTimeout), [60, 840], 'seconds'),
    ...within('memory', mebibytes(memory), [256, 10_240], 'MiB'),
    ...within('executionTimeout', seconds(executionTimeout), [3_600, 31_536_000], 'seconds'),
    ...within('concurrency', concurrency, [1, mostConcurrency], 'units at a time'),
    ...within('readUnitsPerSecond', readUnitsPerSecond, [1, 1_000_000], 'capacity units a second'),
    ...within('writeUnitsPerSecond', writeUnitsPerSecond, [1, 1_000_000], 'capacity units a second'),
    ...reservationFaults(reservedConcurrency, concurrency ?? projectConcurrency),
  ];
  if (faults.length > 0) throw new InputError(faults);
  return {
    functionTimeout,
    memory,
    executionTimeout,
    reservedConcurrency,
    architecture: limits.architecture ?? Architecture.ARM_64,
    logRetention: limits.logRetention ?? RetentionDays.THREE_MONTHS,
    settings: definedOf({ concurrency, readUnitsPerSecond, writeUnitsPerSecond }),
  };
}

/** Below the concurrency, Lambda would refuse calls of a run for as long as it goes on. */
function reservationFaults(reserved: number | undefined, concurrency: number): Fault[] {
  const faults = within('reservedConcurrency', reserved, [1, mostConcurrency], 'calls at a time');
  if (faults.length > 0 || reserved === undefined || reserved >= concurrency) return faults;
  const message = `is ${reserved}, and runs work on ${concurrency} units at a time: give ${concurrency} or more, or a smaller limits.concurrency`;
  return [{ field: 'limits.reservedConcurrency', message }];
}

function within(
  name: keyof Limits,
  value: number | undefined,
  [least, most]: readonly [number, number],
  what: string,
): Fault[] {
  // What CloudFormation fills in later cannot be looked at.
  if (value === undefined || Token.isUnresolved(value)) return [];
  if (Number.isInteger(value) && value >= least && value <= most) return [];
  const range = `${least.toLocaleString('en')} to ${most.toLocaleString('en')}`;
  return [{ field: `limits.${name}`, message: `is ${value} ${what}: give a whole number of ${range}` }];
}

function seconds(duration: Duration): number | undefined {
  return duration.isUnresolved() ? undefined : duration.toSeconds({ integral: false });
}

function mebibytes(size: Size): number | undefined {
  return size.isUnresolved() ? undefined : size.toMebibytes({ rounding: SizeRoundingBehavior.NONE });
}

function definedOf(settings: { [Name in keyof RunSettings]: RunSettings[Name] | undefined }): RunSettings {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}
