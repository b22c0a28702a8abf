import { Annotations, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Topic, type ITopic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { FailureReceiver } from '../carryover-props.js';

export interface FailureTopicProps {
  /** An address, which is asked whether it wants the mails; or a topic, which is used as it is. Default: nobody. */
  readonly onFailure?: FailureReceiver | undefined;
  /** Encrypts what the topic holds until it is delivered. A topic of the caller's keeps its own. Default: not encrypted. */
  readonly encryptionKey?: IKey | undefined;
}

/** Where alarms go. */
export class FailureTopic extends Construct {
  readonly topic: ITopic;

  constructor(scope: Construct, id: string, { onFailure, encryptionKey }: FailureTopicProps) {
    super(scope, id);
    this.topic = onFailure !== undefined && 'topicArn' in onFailure ? onFailure : this.ownTopic(encryptionKey);
    if (onFailure !== undefined && 'email' in onFailure)
      this.topic.addSubscription(new EmailSubscription(onFailure.email));
  }

  private ownTopic(encryptionKey: IKey | undefined): Topic {
    const topic = new Topic(this, 'Topic', {
      displayName: 'Carryover',
      enforceSSL: true,
      ...(encryptionKey === undefined ? {} : { masterKey: encryptionKey }),
    });
    if (encryptionKey !== undefined) this.letAlarmsUse(encryptionKey);
    // Any policy of a topic takes the place of the one that lets the whole account publish: enforceSSL makes one.
    topic.addToResourcePolicy(
      new PolicyStatement({ actions: ['sns:Publish'], resources: [topic.topicArn], ...this.alarmsOfThisAccount() }),
    );
    return topic;
  }

  /** https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services */
  private letAlarmsUse(key: IKey): void {
    const statement = new PolicyStatement({
      actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
      resources: ['*'],
      ...this.alarmsOfThisAccount(),
    });
    if (key.addToResourcePolicy(statement).statementAdded) return;
    Annotations.of(this).addWarningV2(
      'carryover:alarmsKey',
      'The key is of another app, so that its policy is not changed here: let cloudwatch.amazonaws.com use kms:Decrypt and kms:GenerateDataKey* there, or alarms reach nobody.',
    );
  }

  private alarmsOfThisAccount(): { principals: ServicePrincipal[]; conditions: Record<string, unknown> } {
    return {
      principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
      conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
    };
  }
}
