import type { Construct } from 'constructs';
import { CarryoverFunction, type FunctionSettings } from './carryover-function.js';
import type { CheckedLimits } from '../limits.js';
import { mapSteps, sizingOf, steps, type Step } from './steps.js';

/** Makes the functions of the state machine's steps. */
export function createSteps(
  scope: Construct,
  settings: FunctionSettings,
  limits: CheckedLimits,
): Readonly<Record<Step, CarryoverFunction>> {
  const created = steps.map((step) => {
    const lambda = new CarryoverFunction(scope, step, {
      ...settings,
      name: step,
      description: `Carryover: the step ${step}`,
      sizing: sizingOf(step, limits),
      reservedConcurrentExecutions: mapSteps.includes(step) ? limits.reservedConcurrency : undefined,
    });
    return [step, lambda] as const;
  });
  return Object.fromEntries(created) as Record<Step, CarryoverFunction>;
}
