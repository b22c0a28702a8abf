import type { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { DeployedStore } from '../../src/project/deployed-stores.js';

/**
 * Rights to open a PostgreSQL store: to read its secret, or to log in as its user. What the user may do there is the database's to
 * say. https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.IAMPolicy.html
 */
export function postgresStatements(
  { url, secretArn, iam }: DeployedStore & { readonly url: { readonly kind: 'postgres' } },
  stack: Stack,
): PolicyStatement[] {
  if (iam !== undefined) {
    const user = decodeURIComponent(new URL(url.connectionString).username);
    const resource = `arn:${stack.partition}:rds-db:${iam.region}:${stack.account}:dbuser:${iam.resourceId}/${user}`;
    return [new PolicyStatement({ actions: ['rds-db:connect'], resources: [resource] })];
  }
  if (secretArn === undefined) return [];
  return [new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [secretArn] })];
}
