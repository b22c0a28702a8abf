import { readFileSync } from 'node:fs';
import type { Duration } from 'aws-cdk-lib';
import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Policy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { DefinitionBody, LogLevel, StateMachine, StateMachineType } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { CarryoverFunction } from './carryover-function.js';
import { pascalCase, steps, type Step } from './steps.js';

export interface MigrationMachineProps {
  /** The machine's name: who starts executions finds it by this. */
  readonly name: string;
  /** The definition's file. */
  readonly definition: string;
  readonly functions: Readonly<Record<Step, CarryoverFunction>>;
  readonly logRetention: RetentionDays;
  readonly timeout: Duration;
}

/** The state machine: the definition's file as it stands, with the functions' published versions put in. */
export class MigrationMachine extends Construct {
  readonly machine: StateMachine;

  constructor(scope: Construct, id: string, props: MigrationMachineProps) {
    super(scope, id);
    const { name, definition, functions, logRetention, timeout } = props;
    this.machine = new StateMachine(this, 'Machine', {
      stateMachineName: name,
      stateMachineType: StateMachineType.STANDARD,
      definitionBody: DefinitionBody.fromString(readFileSync(definition, 'utf8')),
      definitionSubstitutions: Object.fromEntries(
        steps.map((step) => [`${pascalCase(step)}FunctionArn`, functions[step].version.functionArn]),
      ),
      timeout,
      tracingEnabled: true,
      logs: {
        destination: new LogGroup(this, 'Logs', {
          // Groups of this prefix do not use up the size of CloudWatch's resource policy.
          logGroupName: `/aws/vendedlogs/states/${name}`,
          retention: logRetention,
          removalPolicy: RemovalPolicy.DESTROY,
        }),
        level: LogLevel.ERROR,
        includeExecutionData: false,
      },
    });
    this.machine.addToRolePolicy(
      new PolicyStatement({
        actions: ['lambda:InvokeFunction'],
        // Every version, since a run goes on with those of the deployment that it began under.
        resources: steps.map((step) => `${functions[step].function.functionArn}:*`),
      }),
    );
    this.allowDistributedMap(name);
  }

  /**
   * A Distributed Map starts its children as executions of the machine itself. The machine waits for its role's own
   * policy, so that these rights are in another, and name the machine by text.
   * https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html
   */
  private allowDistributedMap(name: string): void {
    const stack = Stack.of(this);
    const arn = (kind: string, resource: string): string =>
      `arn:${stack.partition}:states:${stack.region}:${stack.account}:${kind}:${resource}`;
    new Policy(this, 'DistributedMap', {
      roles: [this.machine.role],
      statements: [
        new PolicyStatement({ actions: ['states:StartExecution'], resources: [arn('stateMachine', name)] }),
        new PolicyStatement({
          actions: ['states:DescribeExecution', 'states:StopExecution', 'states:RedriveExecution'],
          // Children's ARNs hold the label of their Map: `execution:NAME/LABEL:ID`.
          resources: [arn('execution', `${name}:*`), arn('execution', `${name}/*`)],
        }),
      ],
    });
  }
}
