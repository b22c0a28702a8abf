import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, MathExpression, TreatMissingData, type IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { CarryoverFunction } from './carryover-function.js';
import { steps, type Step } from './steps.js';

export interface AlarmsProps {
  readonly machine: StateMachine;
  readonly functions: Readonly<Record<Step, CarryoverFunction>>;
  /** Who is told by mail; others subscribe to the topic. */
  readonly email?: string | undefined;
}

const period = Duration.minutes(5);
/** Single errors are retried by the state machine; this many in five minutes want to be looked at. */
const tolerableErrors = 20;

/** What goes to the topic: every execution that ended badly, from wherever it was ended, and functions that fail often. */
export class Alarms extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string, { machine, functions, email }: AlarmsProps) {
    super(scope, id);
    this.topic = new Topic(this, 'Topic', { displayName: 'Carryover', enforceSSL: true });
    if (email !== undefined) this.topic.addSubscription(new EmailSubscription(email));
    this.alarm('ExecutionsFailed', machine.metricFailed({ period }), 'A run failed: its error is in the ledger.');
    this.alarm(
      'ExecutionsTimedOut',
      machine.metricTimedOut({ period }),
      'A run came to the time-out of the state machine: start it again with the same input, and it goes on.',
    );
    this.alarm(
      'ExecutionsAborted',
      machine.metricAborted({ period }),
      'Somebody stopped a run: start it again with the same input, and it goes on.',
    );
    this.alarm(
      'FunctionErrors',
      errorsOf(functions),
      `The functions failed more than ${tolerableErrors} times in five minutes: look at their logs.`,
      tolerableErrors,
    );
  }

  private alarm(id: string, metric: IMetric, alarmDescription: string, threshold = 0): void {
    const alarm = new Alarm(this, id, {
      metric,
      alarmDescription,
      threshold,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(new SnsAction(this.topic));
  }
}

/** Abort throws by design, each time that it is called for a run. */
function errorsOf(functions: AlarmsProps['functions']): MathExpression {
  const counted = steps.filter((step) => step !== 'abort');
  return new MathExpression({
    expression: counted.join(' + '),
    usingMetrics: Object.fromEntries(counted.map((step) => [step, functions[step].function.metricErrors({ period })])),
    label: 'Errors of all functions',
    period,
  });
}
