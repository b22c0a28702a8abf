import { Duration } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { DeployRun, type DeployRunProps } from '../../../cdk/starts/deploy-run.js';
import { attendantStack, onlyOne, readable, readableRights } from '../attendants.js';
import { textOf } from '../synthesised.js';

function deployed(given: Partial<DeployRunProps> = {}, withKey = false) {
  const { scope, machine, lambda, template } = attendantStack();
  const topic = new Topic(scope, 'Topic');
  const { run } = new DeployRun(scope, 'DeployRun', {
    deploy: lambda('deploy'),
    deployed: lambda('deployed'),
    machine,
    versions: ['arn:begin:3', 'arn:migrate:7'],
    after: [machine, topic],
    logRetention: RetentionDays.ONE_MONTH,
    ...(withKey ? { encryptionKey: new Key(scope, 'Key') } : {}),
    ...given,
  });
  return { run, template: template() };
}

const { template } = deployed();

describe('DeployRun', () => {
  test('runs again when versions of functions or the input change, and for nothing else', () => {
    const { ServiceToken, ...properties } = onlyOne(template, 'Custom::CarryoverRun');
    expect(ServiceToken).toBeDefined();
    expect(properties).toEqual({ input: '{"up":{}}', versions: ['arn:begin:3', 'arn:migrate:7'] });
    const other = onlyOne(deployed({ waitAtMost: Duration.minutes(5) }).template, 'Custom::CarryoverRun');
    expect(other).toEqual({ ServiceToken, ...properties });
  });

  test('hands on the input that it is given', () => {
    const { template: other } = deployed({ input: { up: { to: 5 } } });
    expect(onlyOne(other, 'Custom::CarryoverRun')).toMatchObject({ input: '{"up":{"to":5}}' });
  });

  test('comes after all that a run needs', () => {
    template.hasResource('Custom::CarryoverRun', {
      DependsOn: Match.arrayWith([
        Match.stringLikeRegexp('^CarryoverMachine[0-9A-F]{8}$'),
        Match.stringLikeRegexp('^CarryoverTopic'),
      ]),
    });
  });

  test('asks every 20 seconds, until three minutes after what the deployment waits', () => {
    const definition = textOf(
      Object.entries(template.findResources('AWS::StepFunctions::StateMachine')).find(([id]) =>
        id.includes('waiter'),
      )?.[1]['Properties'].DefinitionString,
    );
    expect(definition).toContain(`"IntervalSeconds":20,"MaxAttempts":${((30 + 3) * 60) / 20},"BackoffRate":1`);
  });

  test.each([0, 0.5, 1.5, 56, 120])('refuses to wait %p minutes', (minutes) => {
    expect(() => deployed({ waitAtMost: Duration.seconds(minutes * 60) })).toThrow(
      `waitAtMost: is ${minutes} minutes: give 1 to 55 whole minutes, since CloudFormation waits no longer than an hour`,
    );
  });

  test.each([1, 55])('waits %p minutes', (minutes) => {
    deployed({ waitAtMost: Duration.minutes(minutes) }).template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: { CARRYOVER_WAIT_AT_MOST_SECONDS: String(minutes * 60) } },
    });
  });

  test('lets one function start and see executions and see its stack, and the other nothing', () => {
    const rights = readableRights(template, 'deployedServiceRole');
    const executions = rights.find((right) => right.startsWith('states:DescribeExecution'));
    expect(executions).toMatch(/ on arn:\$\{AWS::Partition\}:states:.*:execution:.*:\*$/);
    expect(rights.filter((right) => right !== executions)).toEqual([
      'cloudformation:DescribeStacks on ${AWS::StackId}',
      'states:ListExecutions on ${Machine}',
      'states:StartExecution on ${Machine}',
    ]);
    expect(readableRights(template, 'deployServiceRole')).toEqual([]);
  });

  test('lets it use the key that executions are encrypted with, and encrypts the logs of the framework too', () => {
    const { template: encrypted } = deployed({}, true);
    expect(readableRights(encrypted, 'deployedServiceRole')).toEqual(
      expect.arrayContaining(['kms:Decrypt on ${Key.Arn}', 'kms:GenerateDataKey on ${Key.Arn}']),
    );
    encrypted.hasResourceProperties('AWS::Logs::LogGroup', {
      KmsKeyId: { 'Fn::GetAtt': [Match.stringLikeRegexp('Key'), 'Arn'] },
    });
  });

  test("keeps the framework's logs as long as the others", () => {
    expect(onlyOne(template, 'AWS::Logs::LogGroup')).toEqual({ RetentionInDays: 30 });
    const framework = Object.entries(template.findResources('AWS::Lambda::Function')).filter(([id]) =>
      id.includes('Provider'),
    );
    expect(framework).toHaveLength(3);
    for (const [, { Properties }] of framework)
      expect(readable(textOf(Properties.LoggingConfig.LogGroup))).toBe('${DeployRunLogs}');
  });
});
