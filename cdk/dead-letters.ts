import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

/** SQS keeps nothing longer. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
const retentionPeriod = Duration.days(14);

export interface DeadLettersProps {
  /** Default: SQS's own key. */
  readonly encryptionKey?: IKey | undefined;
}

/** Calls that came to nothing however often they were tried: an alarm tells of them, and a person looks. */
export class DeadLetters extends Construct {
  readonly queue: Queue;

  constructor(scope: Construct, id: string, { encryptionKey }: DeadLettersProps) {
    super(scope, id);
    this.queue = new Queue(this, 'Queue', {
      ...queueEncryption(encryptionKey),
      enforceSSL: true,
      retentionPeriod,
      // Nobody has read them yet.
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }
}

/** How a queue is encrypted at rest. */
export function queueEncryption(key: IKey | undefined): {
  readonly encryption: QueueEncryption;
  readonly encryptionMasterKey?: IKey;
} {
  return key === undefined
    ? { encryption: QueueEncryption.SQS_MANAGED }
    : { encryption: QueueEncryption.KMS, encryptionMasterKey: key };
}
