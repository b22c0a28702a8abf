import type { Duration } from 'aws-cdk-lib';
import {
  MathExpression,
  type ComparisonOperator,
  type IMetric,
  type TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';

/** An alarm as it is described here; all go to the same topic. */
export interface AlarmDefinition {
  /** Its name, behind the deployment's. docs/alarms.md has a section of this name. */
  readonly id: string;
  readonly metric: IMetric;
  readonly threshold: number;
  /** Default: greater than the threshold. */
  readonly comparison?: ComparisonOperator;
  /** How many data points must breach, of how many. Default: the newest one. */
  readonly points?: { readonly breaching: number; readonly of: number };
  /** Default: what is missing does not breach. */
  readonly missing?: TreatMissingData;
  /** What it means, in sentences. */
  readonly meaning: string;
  /** The command to run first. */
  readonly command: string;
}

/** What alarms take for granted of the deployment. */
export interface AlarmSubject {
  readonly deployment: string;
  readonly stateMachineArn: string;
}

/** An expression of an alarm takes no more. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html */
const mostMetrics = 10;

/**
 * The sum of metrics of which most have no data point most of the time: each is 0 then. The newest data point may be 0 only
 * because it came late, so an alarm on such a sum must not look at that one alone.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html#metric-math-syntax-functions-list
 */
export function sumOf(metrics: Readonly<Record<string, IMetric>>, label: string, period: Duration): MathExpression {
  const names = Object.keys(metrics);
  if (names.length > mostMetrics) throw new RangeError(`${label}: an alarm adds up ${mostMetrics} metrics at the most`);
  return new MathExpression({
    expression: names.map((name) => `FILL(${name}, 0)`).join(' + '),
    usingMetrics: { ...metrics },
    label,
    period,
  });
}

/** The newest executions that failed, those too of which no function could tell the ledger. */
export function failedExecutionsCommand({ stateMachineArn }: AlarmSubject): string {
  return `aws stepfunctions list-executions --state-machine-arn ${stateMachineArn} --status-filter FAILED --max-items 5`;
}

/** The newest runs, how each goes or went, and which show no sign of life. */
export function runsCommand({ deployment }: AlarmSubject): string {
  return `npx carryover status --stack ${deployment}`;
}

/** What the ledger says of a run. */
export function runCommand({ deployment }: AlarmSubject): string {
  return `npx carryover status RUN --stack ${deployment}`;
}
