import { Duration, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { ScheduleExpression, ScheduleTargetInput, TimeWindow } from 'aws-cdk-lib/aws-scheduler';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { FunctionSchedule } from './functions/function-schedule.js';
import { letAsk } from './grants/machine-grants.js';
import { letSeeStack } from './grants/stack-grants.js';

export interface PruneScheduleProps {
  /** The function `prune`. */
  readonly prune: LambdaFunction;
  /** The functions whose old versions go: those that the state machine's definition names. */
  readonly functions: readonly LambdaFunction[];
  readonly machine: StateMachine;
  /** The key that the machine's definition is encrypted with. */
  readonly encryptionKey?: IKey | undefined;
  /** Where a call goes that came to nothing. */
  readonly deadLetters: IQueue;
}

/** Deletes versions of functions that no run needs any more, once a day. Deployments publish them and never take them away. */
export class PruneSchedule extends Construct {
  constructor(scope: Construct, id: string, props: PruneScheduleProps) {
    super(scope, id);
    const { prune, functions, machine, encryptionKey, deadLetters } = props;
    letAsk(prune, {
      machine,
      encryptionKey,
      onMachine: ['states:ListExecutions', 'states:DescribeStateMachine'],
      onExecutions: ['states:DescribeStateMachineForExecution'],
    });
    letSeeStack(prune);
    prune.addEnvironment('CARRYOVER_STACK_ID', Stack.of(this).stackId);
    prune.addEnvironment('CARRYOVER_FUNCTIONS', functions.map(({ functionName }) => functionName).join(','));
    const arns = functions.map(({ functionArn }) => functionArn);
    prune.addToRolePolicy(
      new PolicyStatement({ actions: ['lambda:ListVersionsByFunction', 'lambda:ListAliases'], resources: arns }),
    );
    prune.addToRolePolicy(
      // Versions alone: a request that names none would delete the function, and has the ARN without an ending.
      new PolicyStatement({ actions: ['lambda:DeleteFunction'], resources: arns.map((arn) => `${arn}:*`) }),
    );
    new FunctionSchedule(this, 'Clock', {
      description: 'Carryover: deletes versions of functions that no run needs',
      schedule: ScheduleExpression.rate(Duration.days(1)),
      timeWindow: TimeWindow.flexible(Duration.hours(1)),
      function: prune,
      input: ScheduleTargetInput.fromObject({}),
      deadLetters,
    });
  }
}
