import { Stack, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { InputError } from '../src/errors.js';

/** 80 characters are what Step Functions allows. https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html */
const goodName = /^[A-Za-z][A-Za-z0-9_-]{0,79}$/;

/** CloudFormation makes it of those of both stacks and a random part, which nobody knows before, and which are soon too long. */
const nameless = { field: 'name', message: 'is missing: in a nested stack, whose own name is made up, give one' };

/** The name of a deployment: the one that is given, else made of the stack's and the construct's. Throws InputError for a bad one. */
export function deploymentName(scope: Construct, given: string | undefined): string {
  const { stackName, nestedStackParent } = Stack.of(scope);
  if (given === undefined && nestedStackParent !== undefined) throw new InputError([nameless]);
  const name = given ?? `${stackName}-${scope.node.id}`;
  // What CloudFormation fills in later cannot be looked at.
  if (Token.isUnresolved(name) || goodName.test(name)) return name;
  const message = `"${name}" is no name for a state machine: give 1 to 80 letters, digits, "_" and "-", a letter first`;
  throw new InputError([{ field: 'name', message }]);
}
