import { Duration, type Stack } from 'aws-cdk-lib';
import { Vpc, type IVpc } from 'aws-cdk-lib/aws-ec2';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Schedule } from '../../cdk/starts/start-schedule.js';
import type { CarryoverProps } from '../../cdk/carryover-props.js';
import type { Project } from '../../src/project.js';

/** A project with a store of each kind, reached in each way. */
export const wholeProject: Project = {
  database: 'shop',
  stores: {
    old: { url: 'dynamodb://eu-west-1/old-', role: 'source', tables: ['orders', 'lines*'] },
    shop: { url: 'dynamodb://eu-west-1/shop-', allowReplace: true },
    elsewhere: {
      url: 'dynamodb://us-east-1/?roleArn=arn:aws:iam::999999999999:role/orders&externalId=shop',
      role: 'source',
    },
    archive: { url: 's3://shop-archive/2026', allowReplace: true },
    sql: {
      url: 'postgres://db.example.com/shop?sslmode=verify-full',
      secretArn: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop-AbCdEf',
    },
    reports: {
      url: 'postgres://reader@reports.example.com/shop?sslmode=verify-full',
      role: 'source',
      iam: { region: 'eu-west-1', resourceId: 'db-ABCDEFGHIJKL01234' },
    },
  },
};

/** A deployment with everything in it. */
export function wholeDeployment(stack: Stack): Partial<CarryoverProps> {
  return {
    vpc: new Vpc(stack, 'Vpc', { flowLogs: { all: {} } }) as IVpc,
    encryptionKey: new Key(stack, 'Key', { enableKeyRotation: true }),
    schedule: Schedule.rate(Duration.days(1)),
    runOn: 'deploy',
    onFailure: { email: 'data@example.com' },
  };
}
