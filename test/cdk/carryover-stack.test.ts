import { Stack } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import { SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { steps } from '../../cdk/steps.js';
import { InputError } from '../../src/errors.js';
import { parseExecutionInput } from '../../src/engine/runs/execution-input.js';
import { rightsOf, statementsOf, synthesised } from './synthesised.js';

const project = {
  stores: {
    'orders-old': { url: 'dynamodb://eu-west-1/orders-', role: 'source' },
    'orders-new': { url: 'dynamodb://eu-west-1/new-', role: 'target' },
  },
} as const;

const { stack, template } = synthesised(project);

describe('CarryoverStack', () => {
  it('keeps a ledger that outlives the stack and can be restored to any second', () => {
    template.hasResource('AWS::DynamoDB::Table', {
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        TableName: 'Test-ledger',
        KeySchema: [
          { AttributeName: 'partition', KeyType: 'HASH' },
          { AttributeName: 'entry', KeyType: 'RANGE' },
        ],
        AttributeDefinitions: [
          { AttributeName: 'partition', AttributeType: 'S' },
          { AttributeName: 'entry', AttributeType: 'S' },
        ],
        BillingMode: 'PAY_PER_REQUEST',
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        SSESpecification: { SSEEnabled: true },
        DeletionProtectionEnabled: true,
      },
    });
  });

  it.each(steps)('has a function for the step %s', (step) => {
    const { Properties } = template.findResources('AWS::Lambda::Function', {
      Properties: { Description: `Carryover: the step ${step}` },
    })[stack.getLogicalId(stack.functions[step].function.node.defaultChild as never)] as never as {
      Properties: Record<string, unknown>;
    };
    expect(Properties).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      Timeout: step === 'abort' ? 120 : 840,
      MemorySize: ['migrate', 'validate', 'judge', 'locate'].includes(step) ? 1769 : 512,
      TracingConfig: { Mode: 'Active' },
      LoggingConfig: { LogFormat: 'JSON', LogGroup: { Ref: expect.stringContaining(step) as string } },
      Environment: {
        Variables: {
          CARRYOVER_LEDGER_TABLE: { Ref: expect.stringContaining('Ledger') as string },
          POWERTOOLS_SERVICE_NAME: step,
          POWERTOOLS_METRICS_NAMESPACE: 'Carryover',
        },
      },
    });
  });

  it('keeps the versions of functions that a run began with', () => {
    const versions = Object.values(template.findResources('AWS::Lambda::Version'));
    expect(versions.map(({ DeletionPolicy }) => DeletionPolicy as string)).toEqual(steps.map(() => 'Retain'));
  });

  it.each(steps)('lets the step %s read and write the ledger, and nothing else there', (step) => {
    const ledger = rightsOf(statementsOf(template, step)).filter((right) => right.includes('${Ledger'));
    expect(ledger.map((right) => right.split(' ')[0])).toEqual([
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:Query',
      'dynamodb:UpdateItem',
    ]);
  });

  it('keeps all logs for three months', () => {
    const groups = Object.values(template.findResources('AWS::Logs::LogGroup'));
    expect(groups).toHaveLength(steps.length + 1);
    for (const { Properties } of groups) expect(Properties).toMatchObject({ RetentionInDays: 90 });
  });

  it('allows all resources only to requests that know none', () => {
    const unbounded = rightsOf(statementsOf(template, '')).filter((right) => right.endsWith(' on *'));
    expect(new Set(unbounded.map((right) => right.split(' ')[0]))).toEqual(
      new Set([
        'dynamodb:ListTables',
        'xray:PutTraceSegments',
        'xray:PutTelemetryRecords',
        'xray:GetSamplingRules',
        'xray:GetSamplingTargets',
        'logs:CreateLogDelivery',
        'logs:GetLogDelivery',
        'logs:UpdateLogDelivery',
        'logs:DeleteLogDelivery',
        'logs:ListLogDeliveries',
        'logs:PutResourcePolicy',
        'logs:DescribeResourcePolicies',
        'logs:DescribeLogGroups',
      ]),
    );
  });

  it('tells where everything is, with an input that Begin accepts', () => {
    const outputs = template.findOutputs('*');
    expect(Object.keys(outputs).sort()).toEqual(['AlarmTopicArn', 'LedgerTableName', 'SampleInput', 'StateMachineArn']);
    const sample = JSON.parse(outputs['SampleInput']?.['Value'] as string) as unknown;
    expect(parseExecutionInput(sample).copy).toMatchObject({ from: 'orders-old', to: 'orders-new', dryRun: true });
  });

  it('tells how to look at the version chain, where the project has one', () => {
    const versioned = synthesised({ ...project, database: 'orders-new' }).template.findOutputs('SampleUpInput');
    const sample = JSON.parse(versioned['SampleUpInput']?.['Value'] as string) as unknown;
    expect(parseExecutionInput(sample).up).toMatchObject({ dryRun: true });
  });

  it('starts nothing by the clock unless asked to', () => {
    template.resourceCountIs('AWS::Scheduler::Schedule', 0);
    const input = { copy: { from: 'orders-old', to: 'orders-new' } };
    const scheduled = synthesised(project, { schedule: { expression: 'cron(0 3 * * ? *)', input } });
    scheduled.template.hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'cron(0 3 * * ? *)',
      Target: Match.objectLike({ Input: JSON.stringify(input) }),
    });
  });

  it('puts the functions into a network that it is given', () => {
    const outside = new Stack(undefined, 'Outside');
    const vpc = Vpc.fromVpcAttributes(outside, 'Vpc', {
      vpcId: 'vpc-0a1b2c3d',
      availabilityZones: ['a'],
      privateSubnetIds: ['subnet-0a1b2c3d'],
    });
    const securityGroups = [SecurityGroup.fromSecurityGroupId(outside, 'Group', 'sg-0a1b2c3d')];
    const inside = synthesised(project, {
      network: { vpc, vpcSubnets: { subnets: vpc.privateSubnets }, securityGroups },
    }).template;
    inside.allResourcesProperties('AWS::Lambda::Function', {
      VpcConfig: { SubnetIds: ['subnet-0a1b2c3d'], SecurityGroupIds: ['sg-0a1b2c3d'] },
    });
  });

  it('refuses stores that functions could not open, all together', () => {
    const stores = {
      a: 'postgres://me:hunter2@db.example.com/orders',
      b: 'dynamodb://eu-west-1/?profile=mine',
      c: 'postgres:///orders',
    };
    const attempt = (): unknown => synthesised({ stores });
    expect(attempt).toThrow(InputError);
    expect(attempt).toThrow(/stores\.a: .*secretArn[^]*stores\.b: .*roleArn[^]*stores\.c: .*host/);
    expect(attempt).not.toThrow(/hunter2/);
  });
});
