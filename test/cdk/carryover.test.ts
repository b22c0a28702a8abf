import { Duration } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { steps } from '../../cdk/functions/steps.js';
import { InputError } from '../../src/errors.js';
import { parseExecutionInput } from '../../src/engine/runs/execution-input.js';
import { rightsOf, statementsOf, synthesised, type Statement } from './synthesised.js';

const project = {
  stores: {
    'orders-old': { url: 'dynamodb://eu-west-1/orders-', role: 'source' },
    'orders-new': { url: 'dynamodb://eu-west-1/new-', role: 'target' },
  },
} as const;

const { stack, carryover, template } = synthesised(project);

function faultOf(attempt: () => unknown): InputError {
  try {
    attempt();
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('Carryover', () => {
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
    })[stack.getLogicalId(carryover.functions[step].function.node.defaultChild as never)] as never as {
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
    const ledger = rightsOf(statementsOf(template, step)).filter((right) => right.includes('${CarryoverLedger'));
    expect(ledger.map((right) => right.split(' ')[0])).toEqual([
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:Query',
      'dynamodb:UpdateItem',
    ]);
  });

  it('keeps all logs for three months', () => {
    const groups = Object.values(template.findResources('AWS::Logs::LogGroup'));
    // Of the steps, the state machine, the watcher and the pruner.
    expect(groups).toHaveLength(steps.length + 3);
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
    const outputs = Object.entries(template.findOutputs('*')).map(
      ([id, { Value }]) => [id.replace(/^CarryoverOutputs(\w+?)[0-9A-F]{8}$/, '$1'), Value as unknown] as const,
    );
    expect(outputs.map(([id]) => id).sort()).toEqual([
      'FailureTopicArn',
      'LedgerTableName',
      'Name',
      'SampleCopyInput',
      'StateMachineArn',
    ]);
    const sample = JSON.parse(Object.fromEntries(outputs)['SampleCopyInput'] as string) as unknown;
    expect(parseExecutionInput(sample).copy).toMatchObject({ from: 'orders-old', to: 'orders-new', dryRun: true });
  });

  it('tells how to look at the version chain, where the project has one', () => {
    const versioned = synthesised({ ...project, database: 'orders-new' }).template.findOutputs('*');
    const [, sample] = Object.entries(versioned).find(([id]) => id.includes('SampleUpInput')) ?? [];
    expect(parseExecutionInput(JSON.parse(sample?.['Value'] as string)).up).toMatchObject({ dryRun: true });
  });

  it('gives who starts runs what the command line and an application need, and nothing else', () => {
    const { template: started } = synthesised(project, {}, (carryover, stack) => {
      carryover.grantStart(new Role(stack, 'App', { assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com') }));
    });
    const policies = started.findResources('AWS::IAM::Policy');
    const [policy] = Object.entries(policies).filter(([id]) => id.startsWith('App'));
    const { PolicyDocument } = policy?.[1]?.['Properties'] as { PolicyDocument: { Statement: Statement[] } };
    const rights = rightsOf(PolicyDocument.Statement);
    // Asked for a list, Step Functions looks for a right on all of them.
    expect(rights).toContain('states:ListStateMachines on *');
    const actions = new Set(rights.map((right) => right.split(' ')[0]));
    expect([...actions].sort()).toEqual([
      'dynamodb:GetItem',
      'dynamodb:Query',
      'states:DescribeActivity',
      'states:DescribeExecution',
      'states:DescribeStateMachine',
      'states:DescribeStateMachineForExecution',
      'states:GetExecutionHistory',
      'states:ListActivities',
      'states:ListExecutions',
      'states:ListStateMachines',
      'states:RedriveExecution',
      'states:StartExecution',
      'states:StopExecution',
    ]);
  });

  it('has the name that it is given, else one made of the stack and its own id', () => {
    const named = (name?: string) =>
      synthesised(project, name === undefined ? { name: undefined as never } : { name }).carryover.name;
    expect(named('orders')).toBe('orders');
    expect(named()).toBe('Test-Carryover');
    expect(() => named('1 order')).toThrow(/^name: "1 order" is no name for a state machine/);
  });

  it('tells all that is wrong with its properties together, without a stack', () => {
    const wrong = {
      name: 'no name',
      limits: { concurrency: 0 },
      runOn: 'deploy',
      waitAtMost: Duration.hours(2),
    } as const;
    const error = faultOf(() => synthesised(project, wrong));
    expect(error.faults.map(({ field }) => field)).toEqual(['name', 'limits.concurrency', 'input', 'waitAtMost']);
    expect(error.stack).toBe(`InputError: ${error.message}`);
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
