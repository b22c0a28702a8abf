import { synthesised } from './synthesised.js';

const { template } = synthesised({ stores: {} }, { alarmEmail: 'ops@example.com' });

interface Alarm {
  readonly MetricName?: string;
  readonly Namespace?: string;
  readonly Metrics?: { readonly Expression?: string }[];
  readonly Threshold: number;
  readonly ComparisonOperator: string;
  readonly AlarmDescription: string;
  readonly AlarmActions: { readonly Ref: string }[];
}

const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm')).map(
  ({ Properties }) => Properties as Alarm,
);

describe('Alarms', () => {
  it.each(['ExecutionsFailed', 'ExecutionsTimedOut', 'ExecutionsAborted'])(
    'tell of the first of %s of the machine',
    (metric) => {
      const found = alarms.filter(({ MetricName }) => MetricName === metric);
      expect(found).toHaveLength(1);
      expect(found[0]).toMatchObject({
        Namespace: 'AWS/States',
        Threshold: 0,
        ComparisonOperator: 'GreaterThanThreshold',
        TreatMissingData: 'notBreaching',
        Dimensions: [{ Name: 'StateMachineArn' }],
        Statistic: 'Sum',
      });
    },
  );

  it('tell of many errors of the functions, less those of Abort, which always throws', () => {
    const [sum] = alarms.flatMap(({ Metrics = [] }) => Metrics.flatMap(({ Expression }) => Expression ?? []));
    expect(sum).toBe('begin + setup + migrate + expect + validate + judge + locate + complete + cleanup');
  });

  it('each say what to do, to a topic that sends mail', () => {
    const [topic] = Object.keys(template.findResources('AWS::SNS::Topic'));
    for (const { AlarmDescription, AlarmActions } of alarms) {
      expect(AlarmDescription).toMatch(/ledger|start it again|logs/);
      expect(AlarmActions).toEqual([{ Ref: topic }]);
    }
    template.hasResourceProperties('AWS::SNS::Subscription', {
      Protocol: 'email',
      Endpoint: 'ops@example.com',
      TopicArn: { Ref: topic },
    });
  });
});
