import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { DefinitionBody, Pass, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { rightsOf, statementsOf } from './synthesised.js';

/** A stack with what attendants are wired to: a machine, a queue, functions that do nothing. */
export function attendantStack(stack: Stack = new Stack(new App(), 'Test')) {
  const scope = new Construct(stack, 'Carryover');
  return {
    scope,
    machine: new StateMachine(scope, 'Machine', {
      stateMachineName: 'shop',
      definitionBody: DefinitionBody.fromChainable(new Pass(scope, 'Pass')),
    }),
    deadLetters: new Queue(scope, 'DeadLetters'),
    lambda: (id: string) =>
      new LambdaFunction(scope, id, {
        code: Code.fromInline('exports.handler = () => undefined'),
        handler: 'index.handler',
        runtime: Runtime.NODEJS_LATEST,
      }),
    template: () => Template.fromStack(stack),
  };
}

/** The properties of the only resource of a type. */
export function onlyOne(template: Template, type: string): Record<string, unknown> {
  const found = Object.values(template.findResources(type));
  expect(found).toHaveLength(1);
  return found[0]?.['Properties'] as Record<string, unknown>;
}

/** The rights of the policies whose logical id begins with `prefix`, without the construct's name and the hashes of logical ids. */
export function readableRights(template: Template, prefix: string): string[] {
  return rightsOf(statementsOf(template, prefix)).map(readable).sort();
}

export function readable(text: string): string {
  return text.replace(/\$\{Carryover([A-Za-z]+)[0-9A-F]{8}(?=[}.])/g, '${$1');
}
