import { Duration } from 'aws-cdk-lib';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { CarryoverFunction } from '../functions/carryover-function.js';
import { deploymentMetric } from './deployment-metric.js';
import type { Attendant } from '../functions/function-names.js';
import { mapSteps, steps, type Step } from '../functions/steps.js';
import { runsCommand, sumOf, type AlarmDefinition, type AlarmSubject } from './alarm-definition.js';

const period = Duration.minutes(5);
/** Of sums, whose newest data point may lack what comes late. */
const once = { breaching: 1, of: 3 };
const sustained = { breaching: 3, of: 4 };

/** Single errors are retried by the state machine; this many in five minutes want to be looked at. */
const tolerableErrors = 20;
/** A call publishes what it counted at its end at the latest, which may be after 14 minutes: shorter periods would show bursts. */
const throttlesPeriod = Duration.minutes(15);
/** One a second: a table that grows with its load refuses some requests all the time. */
const tolerableThrottles = throttlesPeriod.toSeconds();

/** Abort throws by design, each time that it is called for a run. */
const counted = steps.filter((step) => step !== 'abort');

/**
 * What the functions of the steps meet. Throttling is looked for where it comes from: steps that are called many at a time and
 * move items. Each metric that an alarm looks at is paid for.
 */
export function stepAlarms(
  functions: Readonly<Record<Step, CarryoverFunction>>,
  subject: AlarmSubject,
): AlarmDefinition[] {
  const { deployment } = subject;
  const throttles = (service: Step) =>
    deploymentMetric({ deployment, service, name: 'Throttles', statistic: 'Sum', period: throttlesPeriod });
  return [
    {
      id: 'FunctionErrors',
      metric: sumOf(
        ofEach(counted, (step) => functions[step].function.metricErrors({ period })),
        'Errors of the steps',
        period,
      ),
      threshold: tolerableErrors,
      points: once,
      meaning: `The functions of the steps failed more than ${tolerableErrors} times in five minutes. Each call is tried again; what fails for good ends its unit, and then the run.`,
      command: errorsCommand(functions.migrate),
    },
    {
      id: 'FunctionsThrottled',
      metric: sumOf(
        ofEach(mapSteps, (step) => functions[step].function.metricThrottles({ period })),
        'Throttled calls of the steps',
        period,
      ),
      threshold: 0,
      points: sustained,
      meaning:
        'Lambda has refused calls of the steps for a quarter of an hour: the account, or what the deployment reserves, allows fewer at a time than runs have units. Calls are tried again, and units fail when that goes on.',
      command: 'aws lambda get-account-settings --query AccountLimit',
    },
    {
      id: 'StoresThrottled',
      metric: sumOf(ofEach(mapSteps, throttles), 'Requests that stores refused for a while', throttlesPeriod),
      threshold: tolerableThrottles,
      points: { breaching: 2, of: 3 },
      meaning:
        'Stores have refused more than one request a second for half an hour. Each is sent again, and runs go on, slower: give the tables more capacity, or the run less.',
      command: runsCommand(subject),
    },
  ];
}

/** `watch` has alarms of its own. `deployed` throws by design when the run of a deployment fails: the deployment says so, and the run's alarm. */
const apart: readonly string[] = ['watch', 'deployed'] satisfies Attendant[];

/** What the functions that stand beside the state machine meet. */
export function attendantAlarms(
  attendants: Readonly<Partial<Record<Attendant, CarryoverFunction>>>,
): AlarmDefinition[] {
  const looked = Object.entries(attendants).filter(([name]) => !apart.includes(name));
  if (looked.length === 0) return [];
  const errors = looked.map(([name, attendant]) => [name, attendant.function.metricErrors({ period })] as const);
  return [
    {
      id: 'AttendantErrors',
      metric: sumOf(Object.fromEntries(errors), 'Errors of the functions beside the state machine', period),
      threshold: 0,
      points: once,
      meaning: `A function beside the state machine failed (${looked.map(([name]) => name).join(', ')}): a run was not started, or old versions of functions stay. The dashboard shows which.`,
      // It takes one log group at a time.
      command: looked.map(([, attendant]) => errorsCommand(attendant)).join('; '),
    },
  ];
}

/** What was tried as often as may be, and came to nothing. */
export function deadLetterAlarms(deadLetters: IQueue): AlarmDefinition[] {
  return [
    {
      id: 'DeadLetters',
      metric: deadLetters.metricApproximateNumberOfMessagesVisible({ period, statistic: 'Maximum' }),
      threshold: 0,
      meaning:
        'A call came to nothing however often it was tried: as a rule the end of an execution, of which Abort could not free the lock or tell the service to thaw. The message says which.',
      command: `aws sqs receive-message --queue-url ${deadLetters.queueUrl} --visibility-timeout 0`,
    },
  ];
}

/** What a function has logged of its errors. */
function errorsCommand({ logGroup }: CarryoverFunction): string {
  return `aws logs tail ${logGroup.logGroupName} --since 1h --filter-pattern ERROR`;
}

function ofEach<Name extends string, Value>(names: readonly Name[], make: (name: Name) => Value): Record<Name, Value> {
  return Object.fromEntries(names.map((name) => [name, make(name)])) as Record<Name, Value>;
}
