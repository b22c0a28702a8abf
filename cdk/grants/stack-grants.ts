import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';

/** Lets a function see the status of its own stack, and of those that it is nested in, and of no other. */
export function letSeeStack(viewer: LambdaFunction): void {
  const resources: string[] = [];
  for (let stack: Stack | undefined = Stack.of(viewer); stack !== undefined; stack = stack.nestedStackParent)
    resources.push(stack.stackId);
  viewer.addToRolePolicy(new PolicyStatement({ actions: ['cloudformation:DescribeStacks'], resources }));
}
