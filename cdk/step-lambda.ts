import { join } from 'node:path';
import { RemovalPolicy } from 'aws-cdk-lib';
import type { ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import {
  Architecture,
  Code,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  Tracing,
  type Version,
} from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { sizings, type Step } from './steps.js';

/** Where the functions run, for stores that only a private network reaches. */
export interface Network {
  readonly vpc: IVpc;
  readonly vpcSubnets?: SubnetSelection;
  readonly securityGroups?: ISecurityGroup[];
}

export interface StepLambdaProps {
  readonly step: Step;
  /** The folder that holds `<step>/index.mjs`. */
  readonly functions: string;
  readonly logRetention: RetentionDays;
  readonly network?: Network | undefined;
}

/** The Lambda function of a step. */
export class StepLambda extends Construct {
  readonly function: LambdaFunction;

  constructor(scope: Construct, id: string, { step, functions, logRetention, network }: StepLambdaProps) {
    super(scope, id);
    const { timeout, memory } = sizings[step];
    this.function = new LambdaFunction(this, 'Function', {
      ...network,
      description: `Carryover: the step ${step}`,
      code: Code.fromAsset(join(functions, step)),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      timeout,
      memorySize: memory.toMebibytes(),
      tracing: Tracing.ACTIVE,
      loggingFormat: LoggingFormat.JSON,
      logGroup: new LogGroup(this, 'Logs', { retention: logRetention, removalPolicy: RemovalPolicy.DESTROY }),
      environment: {
        POWERTOOLS_SERVICE_NAME: step,
        POWERTOOLS_METRICS_NAMESPACE: 'Carryover',
        NODE_OPTIONS: '--enable-source-maps',
      },
      // A run keeps the versions that it began with: a deployment must not take them away.
      currentVersionOptions: { removalPolicy: RemovalPolicy.RETAIN },
    });
  }

  /** The published version of what is deployed now. */
  get version(): Version {
    return this.function.currentVersion;
  }
}
