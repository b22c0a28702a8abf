import { App, NestedStack, Stack } from 'aws-cdk-lib';
import { PruneSchedule } from '../../cdk/prune-schedule.js';
import { attendantStack, onlyOne, readable, readableRights } from './attendants.js';
import { textOf } from './synthesised.js';

function pruned(stack?: Stack) {
  const { scope, machine, deadLetters, lambda, template } = attendantStack(stack);
  const functions = [lambda('begin'), lambda('migrate')];
  new PruneSchedule(scope, 'Prune', { prune: lambda('prune'), functions, machine, deadLetters });
  return template();
}

const template = pruned();
const rights = readableRights(template, 'pruneServiceRole');

describe('PruneSchedule', () => {
  test('calls the function once a day', () => {
    expect(onlyOne(template, 'AWS::Scheduler::Schedule')).toMatchObject({
      ScheduleExpression: 'rate(1 day)',
      FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 60 },
      Target: { RetryPolicy: { MaximumEventAgeInSeconds: 3_600, MaximumRetryAttempts: 20 } },
    });
    expect(readableRights(template, 'PruneClockRole')).toEqual([
      'lambda:InvokeFunction on ${prune.Arn}',
      'sqs:SendMessage on ${DeadLetters.Arn}',
    ]);
  });

  test('lets the function see what is needed, and delete versions', () => {
    const executions = rights.find((right) => right.startsWith('states:DescribeStateMachineForExecution'));
    expect(executions).toMatch(/ on arn:\$\{AWS::Partition\}:states:.*:execution:.*:\*$/);
    expect(rights.filter((right) => right !== executions && !right.startsWith('sqs:'))).toEqual([
      'cloudformation:DescribeStacks on ${AWS::StackId}',
      'lambda:DeleteFunction on ${begin.Arn}:*',
      'lambda:DeleteFunction on ${migrate.Arn}:*',
      'lambda:ListAliases on ${begin.Arn}',
      'lambda:ListAliases on ${migrate.Arn}',
      'lambda:ListVersionsByFunction on ${begin.Arn}',
      'lambda:ListVersionsByFunction on ${migrate.Arn}',
      'states:DescribeStateMachine on ${Machine}',
      'states:ListExecutions on ${Machine}',
    ]);
  });

  test('lets it delete no function as a whole: each resource ends with a version', () => {
    const deletions = rights.filter((right) => right.startsWith('lambda:DeleteFunction'));
    expect(deletions.every((right) => right.endsWith('.Arn}:*'))).toBe(true);
  });

  test('says which functions, which machine and which stack', () => {
    const prune = Object.entries(template.findResources('AWS::Lambda::Function')).find(([id]) =>
      id.startsWith('Carryoverprune'),
    );
    const { Environment } = prune?.[1]['Properties'] as { Environment: { Variables: Record<string, unknown> } };
    const variables = Object.entries(Environment.Variables).map(([name, value]) => [name, readable(textOf(value))]);
    expect(Object.fromEntries(variables)).toEqual({
      CARRYOVER_STATE_MACHINE_ARN: '${Machine}',
      CARRYOVER_STACK_ID: '${AWS::StackId}',
      CARRYOVER_FUNCTIONS: '${begin},${migrate}',
    });
  });

  test('lets it see the stacks too that its own is nested in', () => {
    const nested = pruned(new NestedStack(new Stack(new App(), 'Parent'), 'Nested'));
    const stacks = readableRights(nested, 'pruneServiceRole').filter((right) => right.startsWith('cloudformation:'));
    expect(stacks).toEqual([
      'cloudformation:DescribeStacks on ${AWS::StackId}',
      expect.stringMatching(/^cloudformation:DescribeStacks on \$\{referenceto.*StackId.*\}$/),
    ]);
  });
});
