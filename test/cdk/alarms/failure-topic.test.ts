import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { FailureTopic, type FailureTopicProps } from '../../../cdk/alarms/failure-topic.js';

function made(props: (stack: Stack) => FailureTopicProps): { stack: Stack; template: Template; topicArn: string } {
  const stack = new Stack(new App(), 'Test');
  const { topic } = new FailureTopic(stack, 'Failures', props(stack));
  return { stack, template: Template.fromStack(stack), topicArn: topic.topicArn };
}

const fromAlarms = {
  Effect: 'Allow',
  Principal: { Service: 'cloudwatch.amazonaws.com' },
  Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
};

describe('FailureTopic', () => {
  test('lets alarms of this account publish, and nobody without TLS', () => {
    const { template } = made(() => ({}));
    template.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
          Match.objectLike({ ...fromAlarms, Action: 'sns:Publish' }),
        ]),
      },
    });
    template.resourceCountIs('AWS::SNS::Subscription', 0);
  });

  test('sends mail to an address', () => {
    made(() => ({ onFailure: { email: 'ops@example.com' } })).template.hasResourceProperties('AWS::SNS::Subscription', {
      Protocol: 'email',
      Endpoint: 'ops@example.com',
    });
  });

  test('is the topic that was given, as it is', () => {
    const arn = 'arn:aws:sns:eu-west-1:123456789012:oncall';
    const { template, topicArn } = made((stack) => {
      new Queue(stack, 'Other');
      return { onFailure: Topic.fromTopicArn(stack, 'OnCall', arn) };
    });
    expect(topicArn).toBe(arn);
    for (const type of ['Topic', 'TopicPolicy', 'Subscription']) template.resourceCountIs(`AWS::SNS::${type}`, 0);
  });

  test('encrypts with the key that was given, which alarms may use', () => {
    const { template } = made((stack) => ({ encryptionKey: new Key(stack, 'Key') }));
    const [key] = Object.keys(template.findResources('AWS::KMS::Key'));
    template.hasResourceProperties('AWS::SNS::Topic', { KmsMasterKeyId: { 'Fn::GetAtt': [key, 'Arn'] } });
    template.hasResourceProperties('AWS::KMS::Key', {
      KeyPolicy: {
        Statement: Match.arrayWith([
          Match.objectLike({ ...fromAlarms, Action: ['kms:Decrypt', 'kms:GenerateDataKey*'] }),
        ]),
      },
    });
  });

  test('warns where the policy of the key cannot be changed from here', () => {
    const arn = 'arn:aws:kms:eu-west-1:123456789012:key/5a3e';
    const { stack } = made((scope) => ({ encryptionKey: Key.fromKeyArn(scope, 'Key', arn) }));
    Annotations.fromStack(stack).hasWarning(
      '/Test/Failures',
      Match.stringLikeRegexp('let cloudwatch.amazonaws.com use'),
    );
  });
});
