import { Watcher } from '../../../cdk/alarms/watcher.js';
import { onlyOne } from '../attendants.js';
import { templateOf } from '../deployment-parts.js';
import { rightsOf, statementsOf } from '../synthesised.js';

const template = templateOf(({ scope, attendants }) => {
  new Watcher(scope, 'Watcher', { watch: attendants.watch });
});

describe('Watcher', () => {
  const [watch] = Object.keys(template.findResources('AWS::Lambda::Function')).filter((id) =>
    id.startsWith('Carryoverwatch'),
  );

  test('calls the function every five minutes, with the same input each time', () => {
    expect(onlyOne(template, 'AWS::Scheduler::Schedule')).toMatchObject({
      ScheduleExpression: 'rate(5 minutes)',
      State: 'ENABLED',
      Target: { Arn: { 'Fn::GetAtt': [watch, 'Arn'] }, Input: '{}' },
    });
    expect(rightsOf(statementsOf(template, 'WatcherClockRole'))).toEqual([`lambda:InvokeFunction on \${${watch}.Arn}`]);
  });

  test('leaves a look that failed to the next one: no second try, which would count as another error, no dead letter', () => {
    const { Target } = onlyOne(template, 'AWS::Scheduler::Schedule') as { Target: Record<string, unknown> };
    expect(Target).toMatchObject({ RetryPolicy: { MaximumRetryAttempts: 0 } });
    expect(Target).not.toHaveProperty('DeadLetterConfig');
    const config = onlyOne(template, 'AWS::Lambda::EventInvokeConfig');
    expect(config).toMatchObject({ MaximumRetryAttempts: 0 });
    expect(config).not.toHaveProperty('DestinationConfig');
  });
});
