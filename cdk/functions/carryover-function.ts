import { join } from 'node:path';
import { RemovalPolicy, type Duration, type Size } from 'aws-cdk-lib';
import type { ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  Code,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  Tracing,
  type Architecture,
  type Version,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { FunctionName } from './function-names.js';
import { createRole } from './function-role.js';

/** Where functions run that a private network alone lets to a store. */
export interface Network {
  readonly vpc: IVpc;
  readonly vpcSubnets: SubnetSelection;
  readonly securityGroups: ISecurityGroup[];
}

/** How long a call may take, and how much memory it has. */
export interface Sizing {
  readonly timeout: Duration;
  readonly memory: Size;
}

/** What all functions of a deployment have in common. */
export interface FunctionSettings {
  /** The name of the deployment, a dimension of its metrics. */
  readonly deployment: string;
  /** The folder that holds `<name>/index.mjs`. */
  readonly functions: string;
  readonly architecture: Architecture;
  readonly logRetention: RetentionDays;
  /** For logs and environment. Default: keys of AWS. */
  readonly encryptionKey?: IKey | undefined;
  /** For the functions that open the project's stores. */
  readonly network?: Network | undefined;
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /** Another one makes another version of what is the same otherwise. */
  readonly release?: string | undefined;
}

export interface CarryoverFunctionProps extends FunctionSettings {
  readonly name: FunctionName;
  readonly description: string;
  readonly sizing: Sizing;
  readonly reservedConcurrentExecutions?: number | undefined;
}

/** A Lambda function of a deployment: a step of the state machine, or one that stands beside it. */
export class CarryoverFunction extends Construct {
  readonly function: LambdaFunction;
  readonly logGroup: LogGroup;

  constructor(scope: Construct, id: string, props: CarryoverFunctionProps) {
    super(scope, id);
    const { name, sizing, network, encryptionKey, reservedConcurrentExecutions } = props;
    this.logGroup = this.createLogGroup(props);
    const role = createRole(this, {
      description: `Carryover: ${name}`,
      logGroup: this.logGroup,
      network,
      encryptionKey,
    });
    this.function = new LambdaFunction(this, 'Function', {
      ...network,
      ...(encryptionKey === undefined ? {} : { environmentEncryption: encryptionKey }),
      ...(reservedConcurrentExecutions === undefined ? {} : { reservedConcurrentExecutions }),
      role,
      description: props.description,
      code: Code.fromAsset(join(props.functions, name)),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: props.architecture,
      timeout: sizing.timeout,
      memorySize: sizing.memory.toMebibytes(),
      tracing: Tracing.ACTIVE,
      loggingFormat: LoggingFormat.JSON,
      logGroup: this.logGroup,
      environment: {
        POWERTOOLS_SERVICE_NAME: name,
        POWERTOOLS_METRICS_NAMESPACE: 'Carryover',
        CARRYOVER_NAME: props.deployment,
        NODE_OPTIONS: '--enable-source-maps',
        ...(props.release === undefined ? {} : { CARRYOVER_RELEASE: props.release }),
        ...props.environment,
      },
      // A run keeps the versions that it began with: a deployment must not take them away.
      currentVersionOptions: { removalPolicy: RemovalPolicy.RETAIN },
    });
  }

  /** The published version of what is deployed now. */
  get version(): Version {
    return this.function.currentVersion;
  }

  private createLogGroup({ logRetention, encryptionKey }: FunctionSettings): LogGroup {
    const key = encryptionKey === undefined ? {} : { encryptionKey };
    return new LogGroup(this, 'Logs', { retention: logRetention, removalPolicy: RemovalPolicy.DESTROY, ...key });
  }
}
