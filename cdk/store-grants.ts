import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { DeployedStore } from '../src/project/deployed-stores.js';
import { dynamodbStatements } from './dynamodb-grants.js';
import { s3Statements } from './s3-grants.js';
import type { CarryoverFunction } from './carryover-function.js';
import { needsOf } from './store-needs.js';
import { steps, type Step } from './steps.js';

/** Lets each function do with the declared stores what its step does with them, and nothing else. */
export function grantStores(
  functions: Readonly<Record<Step, CarryoverFunction>>,
  stores: readonly DeployedStore[],
): void {
  for (const step of steps) {
    const { function: user } = functions[step];
    for (const store of stores)
      for (const statement of statementsOf(step, store, Stack.of(user))) user.addToRolePolicy(statement);
  }
}

/** The rights of a step on a store: on it, or on the role or the secret by which it is reached. */
export function statementsOf(step: Step, store: DeployedStore, stack: Stack): PolicyStatement[] {
  const { url, secretArn } = store;
  if (url.kind === 'postgres') {
    // A step opens both stores of its run, and opening one reads its secret.
    if (secretArn === undefined) return [];
    return [new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [secretArn] })];
  }
  const needs = needsOf(step, store);
  if (needs.size === 0) return [];
  if (url.roleArn !== undefined)
    return [new PolicyStatement({ actions: ['sts:AssumeRole'], resources: [url.roleArn] })];
  return url.kind === 'dynamodb'
    ? dynamodbStatements({ ...store, url }, needs, stack)
    : s3Statements({ ...store, url }, needs, stack);
}
