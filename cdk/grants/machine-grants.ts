import { PolicyStatement, type IGrantable } from 'aws-cdk-lib/aws-iam';
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

/** Lets somebody find a state machine by its name, start, redrive and stop its executions, and see how they go. */
export function letStart(grantee: IGrantable, machine: StateMachine): void {
  machine.grantStartExecution(grantee);
  machine.grantRead(grantee);
  machine.grantExecution(grantee, 'states:RedriveExecution', 'states:StopExecution');
  // To list knows no one machine, so that it is allowed on all; grantRead names this one alone.
  // https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsstepfunctions.html
  const listing = new PolicyStatement({ actions: ['states:ListStateMachines'], resources: ['*'] });
  grantee.grantPrincipal.addToPrincipalPolicy(listing);
}
