import { Duration, Size } from 'aws-cdk-lib';
import type { Sizing } from './carryover-function.js';

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

/** Below the TimeoutSeconds of the state machine's tasks (870 s) and Lambda's limit of 15 minutes. */
const timeout = Duration.minutes(14);

/** One virtual CPU. https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
const working: Sizing = { timeout, memory: Size.mebibytes(1769) };
/** Waits for others most of the time. */
const planning: Sizing = { timeout, memory: Size.mebibytes(512) };

export const sizings: Readonly<Record<Step, Sizing>> = {
  begin: planning,
  setup: planning,
  migrate: working,
  expect: planning,
  validate: working,
  judge: working,
  locate: working,
  complete: planning,
  cleanup: planning,
  abort: { timeout: Duration.minutes(2), memory: Size.mebibytes(512) },
};

/** The name of a step as the state machine writes it. */
export function pascalCase(step: Step): string {
  return `${step.charAt(0).toUpperCase()}${step.slice(1)}`;
}
