import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';

export interface AskProps {
  readonly machine: StateMachine;
  /** The key that definition and executions are encrypted with: Step Functions shows them to those alone who may use it. */
  readonly encryptionKey?: IKey | undefined;
  readonly onMachine?: readonly string[];
  readonly onExecutions?: readonly string[];
}

/** Tells a function which state machine it serves, and lets it ask Step Functions what it needs. */
export function letAsk(asker: LambdaFunction, { machine, encryptionKey, onMachine, onExecutions }: AskProps): void {
  asker.addEnvironment('CARRYOVER_STATE_MACHINE_ARN', machine.stateMachineArn);
  if (onMachine !== undefined) machine.grant(asker, ...onMachine);
  if (onExecutions !== undefined) machine.grantExecution(asker, ...onExecutions);
  // https://docs.aws.amazon.com/step-functions/latest/dg/encryption-at-rest.html
  encryptionKey?.grant(asker, 'kms:Decrypt', 'kms:GenerateDataKey');
}
