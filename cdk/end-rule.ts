import { Duration } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Queue, type IQueue } from 'aws-cdk-lib/aws-sqs';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { CarryoverFunction } from './functions/carryover-function.js';
import { queueEncryption } from './dead-letters.js';
import { abortTimeout } from './functions/steps.js';

export interface EndRuleProps {
  readonly machine: StateMachine;
  readonly abort: CarryoverFunction;
  /** Where an end goes that Abort could not take. */
  readonly deadLetters: IQueue;
  readonly encryptionKey?: IKey | undefined;
}

/**
 * Six times what a call may take, as Lambda asks for: a message comes again when this has passed, for about two hours in all.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
 */
const visibilityTimeout = Duration.seconds(abortTimeout.toSeconds() * 6);
const maxReceiveCount = 10;

/**
 * Calls Abort for each execution that ended badly: one that is stopped by hand or runs out of its time reaches no state any more, and
 * would keep its lock and leave the service frozen. Units of a Distributed Map are executions of other machines, and do not count.
 * The queue between them tries longer than Lambda does for events, which is three times within minutes.
 */
export class EndRule extends Construct {
  constructor(scope: Construct, id: string, { machine, abort, deadLetters, encryptionKey }: EndRuleProps) {
    super(scope, id);
    const queue = new Queue(this, 'Ends', {
      ...queueEncryption(encryptionKey),
      enforceSSL: true,
      visibilityTimeout,
      deadLetterQueue: { queue: deadLetters, maxReceiveCount },
    });
    new Rule(this, 'Ended', {
      description: 'Carryover: an execution ended badly',
      eventPattern: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: { status: ['FAILED', 'TIMED_OUT', 'ABORTED'], stateMachineArn: [machine.stateMachineArn] },
      },
      targets: [new SqsQueue(queue, { deadLetterQueue: deadLetters })],
    });
    abort.function.addEventSource(new SqsEventSource(queue, { batchSize: 1 }));
  }
}
