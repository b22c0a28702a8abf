import { Duration, Size } from 'aws-cdk-lib';
import type { Sizing } from './carryover-function.js';
import type { CheckedLimits } from '../limits.js';

/** The steps of the state machine, each a Lambda function of this name: `functions/<step>.ts`. */
export const steps = [
  'begin',
  'setup',
  'migrate',
  'expect',
  'validate',
  'judge',
  'locate',
  'complete',
  'cleanup',
  'abort',
] as const;

export type Step = (typeof steps)[number];

/** The steps that read and write items; the others wait most of the time. */
export const workingSteps: readonly Step[] = ['migrate', 'validate', 'judge', 'locate'];

/** The steps that a Map calls for many units at a time. */
export const mapSteps: readonly Step[] = ['migrate', 'validate', 'locate'];

/** What those have that wait. */
const waitingMemory = Size.mebibytes(512);
/** Abort records an error and frees a lock. */
export const abortTimeout = Duration.minutes(2);

/** How long a call of a step may take, and what memory it has. */
export function sizingOf(
  step: Step,
  { functionTimeout, memory }: Pick<CheckedLimits, 'functionTimeout' | 'memory'>,
): Sizing {
  return {
    timeout: step === 'abort' ? abortTimeout : functionTimeout,
    memory: workingSteps.includes(step) ? memory : waitingMemory,
  };
}

/** The name of a step as the state machine writes it. */
export function pascalCase(step: Step): string {
  return `${step.charAt(0).toUpperCase()}${step.slice(1)}`;
}
