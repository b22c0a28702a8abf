import { Topic } from 'aws-cdk-lib/aws-sns';
import { Alarms } from '../../../cdk/alarms/alarms.js';
import type { MetricAlarm } from '../../support/alarm-evaluation.js';
import { templateOf } from '../deployment-parts.js';

interface AlarmMetric {
  readonly Id: string;
  readonly Expression?: string;
  readonly MetricStat?: { readonly Metric: Metric; readonly Period: number; readonly Stat: string };
  readonly ReturnData?: boolean;
}

interface Metric {
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions: { readonly Name: string; readonly Value: unknown }[];
}

/** An alarm as it is in the template. */
export type Synthesised = Omit<MetricAlarm, 'Metrics'> & {
  readonly AlarmName: string;
  readonly AlarmDescription: unknown;
  readonly AlarmActions?: { readonly Ref: string }[];
  readonly Namespace?: string;
  readonly Period?: number;
  readonly Statistic?: string;
  readonly Dimensions?: Metric['Dimensions'];
  readonly Metrics?: readonly AlarmMetric[];
};

export const template = templateOf((parts) => {
  new Alarms(parts.scope, 'Alarms', { ...parts, topic: new Topic(parts.scope, 'Topic') });
});
/** All alarms of a deployment called `orders`, by their names without its own. */
export const alarms = new Map(
  Object.values(template.findResources('AWS::CloudWatch::Alarm')).map(({ Properties }) => {
    const alarm = Properties as Synthesised;
    return [alarm.AlarmName.replace(/^orders-/, ''), alarm] as const;
  }),
);
export const alarm = (id: string): Synthesised => alarms.get(id) as Synthesised;
