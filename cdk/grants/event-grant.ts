import { Stack } from 'aws-cdk-lib';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Step } from '../functions/steps.js';

/** The steps that issue events: those that see another one, or the run, begin or come to its end. No worker of units does. */
export const eventSteps = [
  'begin',
  'setup',
  'expect',
  'judge',
  'complete',
  'cleanup',
  'abort',
] as const satisfies readonly Step[];

/** Lets a function send Carryover's events to the default bus of the stack's account and region, and no others. */
export function grantEvents(user: LambdaFunction): void {
  const bus = Stack.of(user).formatArn({ service: 'events', resource: 'event-bus', resourceName: 'default' });
  user.addToRolePolicy(
    new PolicyStatement({
      actions: ['events:PutEvents'],
      resources: [bus],
      conditions: { StringEquals: { 'events:source': 'carryover' } },
    }),
  );
}
