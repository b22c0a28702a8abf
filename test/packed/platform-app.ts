/** An app of a careful team, in TypeScript, which says all that the construct can be told and uses all that it gives. */
export const platformApp = `import { App, Duration, Size, Stack, TimeZone } from 'aws-cdk-lib';
import { Alarm, TextWidget } from 'aws-cdk-lib/aws-cloudwatch';
import { Port, SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Architecture } from 'aws-cdk-lib/aws-lambda';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { UrlSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Carryover, Schedule, type CarryoverProps, type Limits } from 'carryover/cdk';

const app = new App();
const stack = new Stack(app, 'Shop');
const vpc = new Vpc(stack, 'Vpc', { maxAzs: 2 });
const encryptionKey = new Key(stack, 'Key');
const limits: Limits = {
  functionTimeout: Duration.minutes(10),
  memory: Size.gibibytes(2),
  architecture: Architecture.X86_64,
  concurrency: 16,
  reservedConcurrency: 20,
  writeUnitsPerSecond: 4000,
  readUnitsPerSecond: 4000,
  executionTimeout: Duration.days(2),
  logRetention: RetentionDays.ONE_YEAR,
};
const props: CarryoverProps = {
  project: './carryover.config.ts',
  name: 'shop-migrations',
  schedule: Schedule.cron({ hour: '3', minute: '0', timeZone: TimeZone.EUROPE_BERLIN }),
  runOn: 'deploy',
  waitAtMost: Duration.minutes(20),
  input: { up: { dryRun: false } },
  onFailure: new Topic(stack, 'Failures'),
  vpc,
  vpcEndpoints: ['dynamodb', 's3'],
  encryptionKey,
  limits,
};
const carryover = new Carryover(stack, 'Migrations', props);
SecurityGroup.fromSecurityGroupId(stack, 'Database', 'sg-11111111').connections.allowFrom(carryover, Port.POSTGRES);
carryover.grantStart(new Role(stack, 'Starter', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') }));
new Alarm(stack, 'Slow', { metric: carryover.stateMachine.metricTime(), threshold: 3_600_000, evaluationPeriods: 1 });
carryover.ledger.grantReadData(new Role(stack, 'Auditor', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') }));
carryover.failureTopic.addSubscription(new UrlSubscription('https://pager.example.com/carryover'));
carryover.dashboard.addWidgets(new TextWidget({ markdown: 'Ask the data team.' }));
app.synth();
`;
