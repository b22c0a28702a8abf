import { Metric, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { FunctionName } from '../functions/function-names.js';

/** What the functions of the steps publish: see functions/step-metrics.ts. */
export const stepMetrics = ['Items', 'Bytes', 'Requests', 'ReadUnits', 'WriteUnits', 'Throttles'] as const;
/** What the function `watch` publishes: see functions/watch.ts. */
export const watchMetrics = ['ActiveRuns', 'CheckpointAge', 'LeaseOverdue', 'QuarantinedItems'] as const;

export interface DeploymentMetric extends MetricOptions {
  readonly deployment: string;
  readonly service: FunctionName;
  readonly name: (typeof stepMetrics)[number] | (typeof watchMetrics)[number];
}

/** A metric that a function of a deployment publishes, under the dimensions that it has there. */
export function deploymentMetric({ deployment, service, name, ...options }: DeploymentMetric): Metric {
  return new Metric({
    namespace: 'Carryover',
    metricName: name,
    dimensionsMap: { service, deployment },
    ...options,
  });
}
