import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { AlarmDefinition, AlarmSubject } from './alarm-definition.js';
import { executionAlarms } from './execution-alarms.js';
import { attendantAlarms, deadLetterAlarms, stepAlarms } from './function-alarms.js';
import { runAlarms, watcherAlarms } from './watch-alarms.js';
import type { CarryoverFunction } from '../functions/carryover-function.js';
import type { Attendant } from '../functions/function-names.js';
import type { Step } from '../functions/steps.js';

export interface AlarmsProps {
  /** The deployment's name, with which those of its alarms begin. */
  readonly deployment: string;
  readonly machine: StateMachine;
  readonly functions: Readonly<Record<Step, CarryoverFunction>>;
  /** Those that stand beside the state machine, as far as there are any. */
  readonly attendants?: Readonly<Partial<Record<Attendant, CarryoverFunction>>> | undefined;
  /** Where calls go that came to nothing. */
  readonly deadLetters?: IQueue | undefined;
  /** Who is told. Default: nobody. */
  readonly topic?: ITopic | undefined;
}

/** What a deployment tells of by itself, each with what to do first: docs/alarms.md. */
export class Alarms extends Construct {
  readonly alarms: readonly Alarm[];

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    const { deployment, machine, functions, attendants = {}, deadLetters, topic } = props;
    const subject: AlarmSubject = { deployment, stateMachineArn: machine.stateMachineArn };
    const definitions = [
      ...executionAlarms(machine, subject),
      ...(attendants.watch === undefined ? [] : [...runAlarms(subject), ...watcherAlarms(attendants.watch, subject)]),
      ...stepAlarms(functions, subject),
      ...attendantAlarms(attendants),
      ...(deadLetters === undefined ? [] : deadLetterAlarms(deadLetters)),
    ];
    const action = topic === undefined ? undefined : new SnsAction(topic);
    this.alarms = definitions.map((definition) => {
      const alarm = this.alarm(deployment, definition);
      if (action !== undefined) alarm.addAlarmAction(action);
      return alarm;
    });
  }

  private alarm(deployment: string, { id, points = { breaching: 1, of: 1 }, ...definition }: AlarmDefinition): Alarm {
    return new Alarm(this, id, {
      alarmName: `${deployment}-${id}`,
      alarmDescription: `${definition.meaning} First: ${definition.command}`,
      metric: definition.metric,
      threshold: definition.threshold,
      comparisonOperator: definition.comparison ?? ComparisonOperator.GREATER_THAN_THRESHOLD,
      datapointsToAlarm: points.breaching,
      evaluationPeriods: points.of,
      treatMissingData: definition.missing ?? TreatMissingData.NOT_BREACHING,
    });
  }
}
