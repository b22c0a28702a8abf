import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { DeployedStore } from '../../src/project/deployed-stores.js';
import { dynamodbStatements } from './dynamodb-grants.js';
import { postgresStatements } from './postgres-grants.js';
import { s3Statements } from './s3-grants.js';
import type { CarryoverFunction } from '../functions/carryover-function.js';
import { projectFunctions, type ProjectFunction } from '../functions/function-names.js';
import { needsOf } from './store-needs.js';

/** Lets each function do with the declared stores what its step does with them, and nothing else. */
export function grantStores(
  functions: Readonly<Record<ProjectFunction, CarryoverFunction>>,
  stores: readonly DeployedStore[],
): void {
  for (const name of projectFunctions) {
    const { function: user } = functions[name];
    for (const store of stores)
      for (const statement of statementsOf(name, store, Stack.of(user))) user.addToRolePolicy(statement);
  }
}

/** The rights of a function on a store: on it, or on the role or the secret by which it is reached. */
export function statementsOf(user: ProjectFunction, store: DeployedStore, stack: Stack): PolicyStatement[] {
  const { url } = store;
  // A step opens both stores of its run, whatever it does with them.
  if (url.kind === 'postgres') return postgresStatements({ ...store, url }, stack);
  const needs = needsOf(user, store);
  if (needs.size === 0) return [];
  if (url.roleArn !== undefined)
    return [new PolicyStatement({ actions: ['sts:AssumeRole'], resources: [url.roleArn] })];
  return url.kind === 'dynamodb'
    ? dynamodbStatements({ ...store, url }, needs, stack)
    : s3Statements({ ...store, url }, needs, stack);
}

/**
 * What the functions need in their environment to reach these stores. Lambda's Node.js runtimes from 20 on bring the certificates
 * of Amazon's authorities, RDS's among them, as a file that they no longer trust by themselves.
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html
 */
export function storeEnvironment(stores: readonly DeployedStore[]): Readonly<Record<string, string>> {
  const usesPostgres = stores.some(({ url }) => url.kind === 'postgres');
  return usesPostgres ? { NODE_EXTRA_CA_CERTS: '/var/runtime/ca-cert.pem' } : {};
}
