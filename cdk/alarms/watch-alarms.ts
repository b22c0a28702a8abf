import { ComparisonOperator, MathExpression, TreatMissingData, type Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { CarryoverFunction } from '../functions/carryover-function.js';
import { deploymentMetric, type watchMetrics } from './deployment-metric.js';
import { watchPeriod } from './watcher.js';
import { runCommand, runsCommand, type AlarmDefinition, type AlarmSubject } from './alarm-definition.js';

/** Fifteen times what runs that work need between two signs of life. */
export const oldestCheckpointSeconds = 900;

const period = watchPeriod;

/** What the function `watch` says of the runs that are under way. */
export function runAlarms(subject: AlarmSubject): AlarmDefinition[] {
  return [
    {
      id: 'NoCheckpoint',
      metric: seen('CheckpointAge', subject),
      threshold: oldestCheckpointSeconds,
      comparison: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      meaning: `A run that is under way has saved no checkpoint for 15 minutes or more: it hangs, or waits for a store. The list says which run shows no sign of life, and in which step. More of it: ${runCommand(subject)}.`,
      command: runsCommand(subject),
    },
    {
      id: 'LockOverdue',
      metric: seen('LeaseOverdue', subject),
      threshold: 0,
      // Of three, so that a look that is missing does not let the alarm rest.
      points: { breaching: 2, of: 3 },
      meaning:
        'Nobody has renewed the lock of a run that the ledger has as running: whoever worked on it is dead or cut off. The next run takes the lock over by itself.',
      command: runsCommand(subject),
    },
    {
      id: 'ItemsQuarantined',
      metric: seen('QuarantinedItems', subject),
      threshold: 0,
      meaning: `Items could not be carried. They are kept whole, with the reason, in the ledger. How many, the first of them, and the documents that keep them all: ${runCommand(subject)}.`,
      command: runsCommand(subject),
    },
  ];
}

/** What tells that the alarms above are blind. */
export function watcherAlarms(watch: CarryoverFunction, subject: AlarmSubject): AlarmDefinition[] {
  const command = `aws logs tail ${watch.logGroup.logGroupName} --since 1h`;
  return [
    {
      id: 'WatcherSilent',
      // Without FILL CloudWatch would go on with older data points for a while.
      metric: new MathExpression({
        expression: 'FILL(active, -1)',
        usingMetrics: { active: seen('ActiveRuns', subject) },
        label: 'Runs under way; -1: nobody looked',
        period,
      }),
      threshold: 0,
      comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
      points: { breaching: 3, of: 3 },
      missing: TreatMissingData.BREACHING,
      meaning:
        'Nobody has looked at the runs for 15 minutes, so that NoCheckpoint, LockOverdue and ItemsQuarantined are blind. Normal for some minutes after the first deployment.',
      command,
    },
    {
      id: 'WatcherFails',
      metric: watch.function.metricErrors({ period }),
      threshold: 0,
      points: { breaching: 3, of: 3 },
      meaning:
        'The function watch has failed for 15 minutes: what it could not look at, as a rule a store that does not answer, NoCheckpoint and LockOverdue do not see.',
      command,
    },
  ];
}

/** Nothing is said of the age of a checkpoint where no run is under way. */
function seen(name: (typeof watchMetrics)[number], { deployment }: AlarmSubject): Metric {
  return deploymentMetric({ deployment, service: 'watch', name, statistic: 'Maximum', period });
}
