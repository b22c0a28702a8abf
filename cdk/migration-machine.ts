import { readFileSync } from 'node:fs';
import type { Duration } from 'aws-cdk-lib';
import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Policy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import {
  CustomerManagedEncryptionConfiguration,
  DefinitionBody,
  LogLevel,
  StateMachine,
  StateMachineType,
} from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { CarryoverFunction } from './functions/carryover-function.js';
import { pascalCase, steps, type Step } from './functions/steps.js';

export interface MigrationMachineProps {
  /** The machine's name: who starts executions finds it by this. */
  readonly name: string;
  /** The definition's file. */
  readonly definition: string;
  readonly functions: Readonly<Record<Step, CarryoverFunction>>;
  readonly logRetention: RetentionDays;
  readonly timeout: Duration;
  /** Default: the key of AWS for Step Functions. */
  readonly encryptionKey?: IKey | undefined;
}

/** The state machine: the definition's file as it stands, with the functions' published versions and the time-out put in. */
export class MigrationMachine extends Construct {
  readonly machine: StateMachine;

  constructor(scope: Construct, id: string, props: MigrationMachineProps) {
    super(scope, id);
    const { name, definition, functions, logRetention, timeout, encryptionKey: key } = props;
    const encryptionKey = key === undefined ? {} : { encryptionKey: key };
    this.machine = new StateMachine(this, 'Machine', {
      stateMachineName: name,
      stateMachineType: StateMachineType.STANDARD,
      definitionBody: DefinitionBody.fromString(withTimeout(readFileSync(definition, 'utf8'), timeout)),
      definitionSubstitutions: Object.fromEntries(
        steps.map((step) => [`${pascalCase(step)}FunctionArn`, functions[step].version.functionArn]),
      ),
      tracingEnabled: true,
      ...(key === undefined ? {} : { encryptionConfiguration: new CustomerManagedEncryptionConfiguration(key) }),
      logs: {
        destination: new LogGroup(this, 'Logs', {
          // Groups of this prefix do not use up the size of CloudWatch's resource policy.
          logGroupName: `/aws/vendedlogs/states/${name}`,
          retention: logRetention,
          ...encryptionKey,
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
    this.allowDistributedMap(name, key);
  }

  /**
   * A Distributed Map starts its children as executions of the machine itself. The machine waits for its role's own
   * policy, so that these rights are in another, and name the machine by text.
   * https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html
   */
  private allowDistributedMap(name: string, key: IKey | undefined): void {
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
        ...(key === undefined ? [] : [keyOfChildren(key, arn('stateMachine', `${name}/*`))]),
      ],
    });
  }
}

/**
 * CDK lets the role use the key for the machine alone, and the machine of the children is `NAME/LABEL`. What the key is used for
 * is told by that ARN. https://docs.aws.amazon.com/step-functions/latest/dg/encryption-at-rest.html
 */
function keyOfChildren(key: IKey, machines: string): PolicyStatement {
  return new PolicyStatement({
    actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
    resources: [key.keyArn],
    conditions: { ArnLike: { 'kms:EncryptionContext:aws:states:stateMachineArn': machines } },
  });
}

/** CDK's own `timeout` is for definitions that are made of its constructs, and is left out without a word for one that is a text. */
function withTimeout(definition: string, timeout: Duration): string {
  return JSON.stringify({ ...(JSON.parse(definition) as object), TimeoutSeconds: timeout.toSeconds() });
}
