import { Schedule, ScheduleExpression, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { StepFunctionsStartExecution } from 'aws-cdk-lib/aws-scheduler-targets';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';

export interface StartScheduleProps {
  readonly machine: StateMachine;
  /** `cron(0 3 * * ? *)`, `rate(1 day)` or `at(2030-01-01T03:00:00)`, in UTC. */
  readonly expression: string;
  /** The input of each execution. */
  readonly input: object;
}

/** Starts executions by the clock. One that finds the target owned by another run fails and changes nothing. */
export class StartSchedule extends Construct {
  constructor(scope: Construct, id: string, { machine, expression, input }: StartScheduleProps) {
    super(scope, id);
    new Schedule(this, 'Schedule', {
      description: 'Carryover: starts a migration',
      schedule: ScheduleExpression.expression(expression),
      target: new StepFunctionsStartExecution(machine, { input: ScheduleTargetInput.fromObject(input) }),
    });
  }
}
