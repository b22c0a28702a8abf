import type { TableDescription } from '../../../src/stores/store.js';

/** A table with everything that CreateTable knows. */
export function richDescription(name: string, region = 'eu-west-1'): TableDescription {
  const metadata = {
    AttributeDefinitions: [
      { AttributeName: 'id', AttributeType: 'S' },
      { AttributeName: 'at', AttributeType: 'N' },
      { AttributeName: 'who', AttributeType: 'B' },
    ],
    KeySchema: [
      { AttributeName: 'id', KeyType: 'HASH' },
      { AttributeName: 'at', KeyType: 'RANGE' },
    ],
    LocalSecondaryIndexes: [
      {
        IndexName: 'by-who-here',
        KeySchema: [
          { AttributeName: 'id', KeyType: 'HASH' },
          { AttributeName: 'who', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['note'] },
      },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'by-who',
        KeySchema: [{ AttributeName: 'who', KeyType: 'HASH' }],
        Projection: { ProjectionType: 'KEYS_ONLY' },
        ProvisionedThroughput: { ReadCapacityUnits: 3, WriteCapacityUnits: 4 },
      },
    ],
    BillingMode: 'PROVISIONED',
    ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 6 },
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
    SSESpecification: { Enabled: true, SSEType: 'KMS', KMSMasterKeyId: `arn:aws:kms:${region}:111122223333:key/k` },
    TableClass: 'STANDARD_INFREQUENT_ACCESS',
    DeletionProtectionEnabled: true,
    Tags: [
      { Key: 'team', Value: 'orders' },
      { Key: 'aws:cloudformation:stack-name', Value: 's' },
    ],
    TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true },
  };
  const key: TableDescription['key'] = [
    { name: 'id', type: 'S' },
    { name: 'at', type: 'N' },
  ];
  return { name, identity: 'x', key, ttlAttribute: 'expires', origin: { engine: 'dynamodb', metadata } };
}
