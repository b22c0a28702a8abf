import { Duration } from 'aws-cdk-lib';
import { ScheduleExpression, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import type { CarryoverFunction } from '../functions/carryover-function.js';
import { FunctionSchedule } from '../functions/function-schedule.js';

export interface WatcherProps {
  /** The function `watch`. */
  readonly watch: CarryoverFunction;
}

/** How often runs are looked at: the period of the alarms that rest on it. */
export const watchPeriod = Duration.minutes(5);

/**
 * Looks every five minutes at the runs that are under way. A look that fails is not repeated: the next one comes as soon, and what
 * it missed alarms tell of.
 */
export class Watcher extends Construct {
  constructor(scope: Construct, id: string, { watch }: WatcherProps) {
    super(scope, id);
    new FunctionSchedule(this, 'Clock', {
      description: 'Carryover: looks at the runs that are under way',
      schedule: ScheduleExpression.rate(watchPeriod),
      function: watch.function,
      input: ScheduleTargetInput.fromObject({}),
      deadLetters: undefined,
    });
  }
}
