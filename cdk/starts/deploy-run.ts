import { CustomResource, Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Provider } from 'aws-cdk-lib/custom-resources';
import { Construct, type IDependable } from 'constructs';
import { InputError, type Fault } from '../../src/errors.js';
import { letAsk } from '../grants/machine-grants.js';
import { letSeeStack } from '../grants/stack-grants.js';
import { newestVersion } from './start-schedule.js';

export interface DeployRunProps {
  /** The functions of these names. */
  readonly deploy: LambdaFunction;
  readonly deployed: LambdaFunction;
  readonly machine: StateMachine;
  /** The key that the machine's executions are encrypted with, and the framework's logs. */
  readonly encryptionKey?: IKey | undefined;
  /** The published versions of the steps, by ARN: a deployment that changes one of them, or the input, starts a run. */
  readonly versions: readonly string[];
  /** The input of the execution. Default: what brings the database to the newest version. */
  readonly input?: object | undefined;
  /** How long the deployment waits for the run, 1 to 55 whole minutes. Default: 30 minutes. */
  readonly waitAtMost?: Duration | undefined;
  /** All that a run needs, and that is to tell of it when it fails: the run is started when they are in place. */
  readonly after: readonly IDependable[];
  readonly logRetention: RetentionDays;
}

const defaultWait = Duration.minutes(30);
/** CloudFormation waits an hour for a custom resource; this leaves it what calls take and the framework's own end. */
const longestWaitMinutes = 55;
const margin = Duration.minutes(3);
const queryInterval = Duration.seconds(20);

/**
 * Starts a run after a deployment and waits for it: the deployment fails with the run. Nothing is started when the stack goes back, nor
 * when it is deleted. Throws InputError for a wait that CloudFormation would not take.
 */
export class DeployRun extends Construct {
  /** What is to be deployed after the data has come to its new version depends on this. */
  readonly run: CustomResource;

  constructor(scope: Construct, id: string, props: DeployRunProps) {
    super(scope, id);
    const { deployed, machine, encryptionKey, input = newestVersion } = props;
    const { waitAtMost = defaultWait } = props;
    const faults = waitFaults(waitAtMost);
    if (faults.length > 0) throw new InputError(faults);
    // No property of the resource: another limit is no reason for another run.
    deployed.addEnvironment('CARRYOVER_WAIT_AT_MOST_SECONDS', String(waitAtMost.toSeconds()));
    letAsk(deployed, {
      machine,
      encryptionKey,
      onMachine: ['states:ListExecutions', 'states:StartExecution'],
      onExecutions: ['states:DescribeExecution'],
    });
    letSeeStack(deployed);
    this.run = new CustomResource(this, 'Run', {
      serviceToken: this.provider(props, waitAtMost).serviceToken,
      resourceType: 'Custom::CarryoverRun',
      properties: { input: JSON.stringify(input), versions: props.versions },
    });
    this.run.node.addDependency(...props.after);
  }

  private provider(props: DeployRunProps, waitAtMost: Duration): Provider {
    const { deploy, deployed, encryptionKey, logRetention } = props;
    return new Provider(this, 'Provider', {
      onEventHandler: deploy,
      isCompleteHandler: deployed,
      queryInterval,
      totalTimeout: waitAtMost.plus(margin),
      logGroup: new LogGroup(this, 'Logs', {
        retention: logRetention,
        removalPolicy: RemovalPolicy.DESTROY,
        ...(encryptionKey === undefined ? {} : { encryptionKey }),
      }),
      ...(encryptionKey === undefined ? {} : { providerFunctionEnvEncryption: encryptionKey }),
    });
  }
}

/** What is wrong with how long a deployment is to wait. */
export function waitFaults(wait: Duration): Fault[] {
  const minutes = wait.toMinutes({ integral: false });
  if (Number.isInteger(minutes) && minutes >= 1 && minutes <= longestWaitMinutes) return [];
  const message = `is ${minutes} minutes: give 1 to ${longestWaitMinutes} whole minutes, since CloudFormation waits no longer than an hour`;
  return [{ field: 'waitAtMost', message }];
}
