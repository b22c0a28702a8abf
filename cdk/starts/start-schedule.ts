import type { TimeZone } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { ContextAttribute, ScheduleExpression, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { FunctionSchedule } from '../functions/function-schedule.js';
import { letAsk } from '../grants/machine-grants.js';

/**
 * `Schedule.cron({ hour: '3', minute: '0', timeZone: TimeZone.EUROPE_BERLIN })`, `Schedule.rate(Duration.days(1))`,
 * `Schedule.at(date)`: EventBridge Scheduler's expressions, in UTC where no time zone is given.
 */
export { ScheduleExpression as Schedule } from 'aws-cdk-lib/aws-scheduler';

/** When runs are started: what `Schedule` gives, or what aws-cdk-lib/aws-events calls a schedule, which is in UTC. */
export interface StartTimes {
  /** `cron(0 3 * * ? *)`, `rate(1 day)`, `at(2030-01-01T03:00:00)` */
  readonly expressionString: string;
  readonly timeZone?: TimeZone;
}

export interface StartScheduleProps {
  /** The function `start`. */
  readonly start: LambdaFunction;
  readonly machine: StateMachine;
  /** The key that the machine's executions are encrypted with. */
  readonly encryptionKey?: IKey | undefined;
  readonly schedule: StartTimes;
  /** The input of each execution. Default: what brings the database to the newest version. */
  readonly input?: object | undefined;
  /** Where a start goes that came to nothing. */
  readonly deadLetters: IQueue;
}

export const newestVersion = { up: {} };

/** Starts executions by the clock, never two at once: a start that finds one under way is skipped, logged and counted. */
export class StartSchedule extends Construct {
  constructor(scope: Construct, id: string, props: StartScheduleProps) {
    super(scope, id);
    const { start, machine, encryptionKey, schedule, input = newestVersion, deadLetters } = props;
    letAsk(start, { machine, encryptionKey, onMachine: ['states:ListExecutions', 'states:StartExecution'] });
    new FunctionSchedule(this, 'Clock', {
      description: 'Carryover: starts a run',
      schedule: ScheduleExpression.expression(schedule.expressionString, schedule.timeZone),
      function: start,
      input: ScheduleTargetInput.fromObject({ scheduledTime: ContextAttribute.scheduledTime, input }),
      deadLetters,
    });
  }
}
