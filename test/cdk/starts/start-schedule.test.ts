import { Duration, TimeZone } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import { Schedule as EventsSchedule } from 'aws-cdk-lib/aws-events';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Schedule, StartSchedule, type StartTimes } from '../../../cdk/starts/start-schedule.js';
import { attendantStack, onlyOne, readable, readableRights } from '../attendants.js';
import { textOf } from '../synthesised.js';

function scheduled(schedule: StartTimes, input?: object) {
  const { scope, machine, deadLetters, lambda, template } = attendantStack();
  new StartSchedule(scope, 'Schedule', { start: lambda('start'), machine, schedule, deadLetters, input });
  return template();
}

const nightly = scheduled(Schedule.cron({ hour: '3', minute: '0' }));

function targetOf(template: typeof nightly): Record<string, unknown> {
  return onlyOne(template, 'AWS::Scheduler::Schedule')['Target'] as Record<string, unknown>;
}

describe('StartSchedule', () => {
  test('calls the function at its times, in UTC where no time zone is given', () => {
    nightly.hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'cron(0 3 * * ? *)',
      ScheduleExpressionTimezone: 'Etc/UTC',
      FlexibleTimeWindow: { Mode: 'OFF' },
      State: 'ENABLED',
    });
    expect(readable(textOf(targetOf(nightly)['Arn']))).toBe('${start.Arn}');
  });

  test.each<[string, StartTimes, object]>([
    [
      'a time zone',
      Schedule.cron({ hour: '3', minute: '0', timeZone: TimeZone.EUROPE_BERLIN }),
      { ScheduleExpression: 'cron(0 3 * * ? *)', ScheduleExpressionTimezone: 'Europe/Berlin' },
    ],
    ['a rate', Schedule.rate(Duration.hours(6)), { ScheduleExpression: 'rate(6 hours)' }],
    [
      'one time',
      Schedule.at(new Date('2030-01-01T03:00:00Z')),
      { ScheduleExpression: 'at(2030-01-01T03:00:00)', ScheduleExpressionTimezone: 'Etc/UTC' },
    ],
    [
      'a schedule of aws-events',
      EventsSchedule.cron({ hour: '3', minute: '0' }),
      { ScheduleExpression: 'cron(0 3 * * ? *)', ScheduleExpressionTimezone: 'Etc/UTC' },
    ],
  ])('takes %s', (_, schedule, expected) => {
    scheduled(schedule).hasResourceProperties('AWS::Scheduler::Schedule', expected);
  });

  test('hands on the time that was due, which is the same for each delivery, and the newest version as input', () => {
    expect(JSON.parse(String(targetOf(nightly)['Input']))).toEqual({
      scheduledTime: '<aws.scheduler.scheduled-time>',
      input: { up: {} },
    });
  });

  test('hands on the input that it is given', () => {
    const input = { copy: { from: 'a', to: 'b' } };
    const target = targetOf(scheduled(Schedule.rate(Duration.days(1)), input));
    expect(JSON.parse(String(target['Input']))).toMatchObject({ input });
  });

  test('tries for an hour to call the function, and keeps what came to nothing', () => {
    expect(targetOf(nightly)).toMatchObject({
      RetryPolicy: { MaximumEventAgeInSeconds: 3_600, MaximumRetryAttempts: 20 },
    });
    const { Arn } = targetOf(nightly)['DeadLetterConfig'] as { Arn: unknown };
    expect(readable(textOf(Arn))).toBe('${DeadLetters.Arn}');
  });

  test('goes with the stack, its group too', () => {
    nightly.hasResource('AWS::Scheduler::ScheduleGroup', { DeletionPolicy: 'Delete' });
  });

  test('has Lambda try again what the function fails at, and keeps what failed for good', () => {
    const config = onlyOne(nightly, 'AWS::Lambda::EventInvokeConfig');
    expect(config).toMatchObject({ MaximumEventAgeInSeconds: 3_600, MaximumRetryAttempts: 2, Qualifier: '$LATEST' });
    const { OnFailure } = config['DestinationConfig'] as { OnFailure: { Destination: unknown } };
    expect(readable(textOf(OnFailure.Destination))).toBe('${DeadLetters.Arn}');
  });

  test('lets the scheduler call that function alone, for schedules of its own group', () => {
    expect(readableRights(nightly, 'ScheduleClockRole')).toEqual([
      'lambda:InvokeFunction on ${start.Arn}',
      'sqs:SendMessage on ${DeadLetters.Arn}',
    ]);
    nightly.hasResourceProperties('AWS::IAM::Role', {
      AssumeRolePolicyDocument: {
        Statement: [
          {
            Action: 'sts:AssumeRole',
            Effect: 'Allow',
            Principal: { Service: 'scheduler.amazonaws.com' },
            Condition: {
              StringEquals: {
                'aws:SourceAccount': { Ref: 'AWS::AccountId' },
                'aws:SourceArn': { 'Fn::GetAtt': [Match.stringLikeRegexp('ScheduleClockGroup'), 'Arn'] },
              },
            },
          },
        ],
      },
    });
  });

  test('lets the function list and start executions of that machine, and say which', () => {
    expect(readableRights(nightly, 'startServiceRole')).toEqual([
      'sqs:GetQueueAttributes on ${DeadLetters.Arn}',
      'sqs:GetQueueUrl on ${DeadLetters.Arn}',
      'sqs:SendMessage on ${DeadLetters.Arn}',
      'states:ListExecutions on ${Machine}',
      'states:StartExecution on ${Machine}',
    ]);
    nightly.hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: { CARRYOVER_STATE_MACHINE_ARN: { Ref: Match.stringLikeRegexp('^CarryoverMachine') } } },
    });
  });

  test('lets the function use the key that executions are encrypted with', () => {
    const { scope, machine, deadLetters, lambda, template } = attendantStack();
    const schedule = Schedule.rate(Duration.days(1));
    const encryptionKey = new Key(scope, 'Key');
    new StartSchedule(scope, 'Schedule', { start: lambda('start'), machine, schedule, deadLetters, encryptionKey });
    expect(readableRights(template(), 'startServiceRole')).toEqual(
      expect.arrayContaining(['kms:Decrypt on ${Key.Arn}', 'kms:GenerateDataKey on ${Key.Arn}']),
    );
  });
});
