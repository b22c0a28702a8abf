import { Duration } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { CarryoverFunction } from './carryover-function.js';

export interface EndRuleProps {
  readonly machine: StateMachine;
  readonly abort: CarryoverFunction;
}

/** How long a call of Abort for an execution that ended is tried again: longer than a store is away as a rule. */
const maxEventAge = Duration.hours(2);
/** EventBridge's own most. */
const retryAttempts = 185;

/**
 * Calls Abort for each execution that ended badly: one that is stopped by hand or runs out of its time reaches no state any more, and
 * would keep its lock and leave the service frozen. Units of a Distributed Map are executions of other machines, and do not count.
 */
export class EndRule extends Construct {
  constructor(scope: Construct, id: string, { machine, abort }: EndRuleProps) {
    super(scope, id);
    new Rule(this, 'Ended', {
      description: 'Carryover: an execution ended badly',
      eventPattern: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: { status: ['FAILED', 'TIMED_OUT', 'ABORTED'], stateMachineArn: [machine.stateMachineArn] },
      },
      targets: [new LambdaFunction(abort.function, { maxEventAge, retryAttempts })],
    });
  }
}
