import { Duration } from 'aws-cdk-lib';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import {
  failedExecutionsCommand,
  runCommand,
  runsCommand,
  type AlarmDefinition,
  type AlarmSubject,
} from './alarm-definition.js';

const period = Duration.minutes(5);

/** What the state machine says of its executions; units of a Distributed Map are executions of other machines, and do not count. */
export function executionAlarms(machine: StateMachine, subject: AlarmSubject): AlarmDefinition[] {
  return [
    {
      id: 'ExecutionsFailed',
      metric: machine.metricFailed({ period }),
      threshold: 0,
      meaning: `A run failed. Why and in which step: ${runCommand(subject)}. The same input goes on where it stopped. One that the list does not have could not reach the ledger: ${failedExecutionsCommand(subject)}.`,
      command: runsCommand(subject),
    },
    {
      id: 'ExecutionsTimedOut',
      metric: machine.metricTimedOut({ period }),
      threshold: 0,
      meaning:
        'A run came to the time-out of the state machine. Its lock was freed; the same input goes on where it stopped.',
      command: runsCommand(subject),
    },
    {
      id: 'ExecutionsAborted',
      metric: machine.metricAborted({ period }),
      threshold: 0,
      meaning: 'Somebody stopped a run. Its lock was freed; the same input goes on where it stopped.',
      command: runsCommand(subject),
    },
    {
      id: 'ExecutionsThrottled',
      metric: machine.metricThrottled({ period, statistic: 'Sum' }),
      threshold: 0,
      points: { breaching: 3, of: 4 },
      meaning:
        'Step Functions has held back steps of runs for a quarter of an hour: the account has more state transitions than its quota allows. Runs go on, slower.',
      command: 'aws service-quotas list-service-quotas --service-code states',
    },
  ];
}
