import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';

export interface FunctionRoleProps {
  readonly description: string;
  readonly logGroup: ILogGroup;
  /** Anything: the function is in a VPC. */
  readonly network: object | undefined;
  /** Encrypts the function's environment. */
  readonly encryptionKey: IKey | undefined;
}

/** What Lambda does in the name of a function of a VPC. https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html */
const inNetwork = [
  'ec2:CreateNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:DeleteNetworkInterface',
  'ec2:AssignPrivateIpAddresses',
  'ec2:UnassignPrivateIpAddresses',
];

/** The role of a function, with what any function needs: its own logs, its environment, its network. AWS's managed policies allow all logs. */
export function createRole(
  scope: Construct,
  { description, logGroup, network, encryptionKey }: FunctionRoleProps,
): Role {
  const role = new Role(scope, 'Role', { description, assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  logGroup.grantWrite(role);
  encryptionKey?.grantDecrypt(role);
  if (network !== undefined) role.addToPolicy(new PolicyStatement({ actions: inNetwork, resources: ['*'] }));
  return role;
}
