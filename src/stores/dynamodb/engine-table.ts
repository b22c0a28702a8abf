import type {
  OnDemandThroughput,
  ProvisionedThroughputDescription,
  SSEDescription,
  TableDescription as EngineTable,
  Tag,
} from '@aws-sdk/client-dynamodb';
import type { TableMetadata } from './metadata.js';

type Metadata<Name extends keyof TableMetadata> = NonNullable<TableMetadata[Name]>;
type GlobalIndex = Metadata<'GlobalSecondaryIndexes'>[number];

/** What DescribeTable, its tags and its time to live say, as the parameters that would create such a table. */
export function metadataOfTable(table: EngineTable, tags: readonly Tag[], ttlAttribute?: string): TableMetadata {
  const BillingMode = table.BillingModeSummary?.BillingMode ?? 'PROVISIONED';
  const stream = table.StreamSpecification;
  const carriedTags = tags.flatMap(({ Key, Value }) =>
    Key === undefined || isReserved(Key) ? [] : [{ Key, Value: Value ?? '' }],
  );
  return {
    AttributeDefinitions: (table.AttributeDefinitions ?? []) as Metadata<'AttributeDefinitions'>,
    KeySchema: (table.KeySchema ?? []) as Metadata<'KeySchema'>,
    ...some('LocalSecondaryIndexes', table.LocalSecondaryIndexes?.map(indexOf)),
    ...some('GlobalSecondaryIndexes', globalIndexes(table, BillingMode)),
    BillingMode,
    ...throughput(BillingMode, table.ProvisionedThroughput, table.OnDemandThroughput),
    ...(stream?.StreamEnabled === true && stream.StreamViewType !== undefined
      ? { StreamSpecification: { StreamEnabled: true as const, StreamViewType: stream.StreamViewType } }
      : {}),
    ...encryption(table.SSEDescription),
    ...(table.TableClassSummary?.TableClass === undefined ? {} : { TableClass: table.TableClassSummary.TableClass }),
    ...(table.DeletionProtectionEnabled === true ? { DeletionProtectionEnabled: true as const } : {}),
    ...some('Tags', carriedTags),
    ...(ttlAttribute === undefined
      ? {}
      : { TimeToLiveSpecification: { AttributeName: ttlAttribute, Enabled: true as const } }),
  };
}

/** Tags of AWS's own (`aws:cloudformation:stack-name`) belong to what made the table and cannot be set by others. */
export function isReserved(tagKey: string): boolean {
  return tagKey.startsWith('aws:');
}

function globalIndexes(table: EngineTable, mode: TableMetadata['BillingMode']): GlobalIndex[] | undefined {
  return table.GlobalSecondaryIndexes?.filter((index) => index.IndexStatus !== 'DELETING').map((index) => ({
    ...indexOf(index),
    ...throughput(mode, index.ProvisionedThroughput, index.OnDemandThroughput),
  }));
}

interface EngineIndex {
  readonly IndexName?: string | undefined;
  readonly KeySchema?: readonly object[] | undefined;
  readonly Projection?: { ProjectionType?: string | undefined; NonKeyAttributes?: string[] | undefined } | undefined;
}

function indexOf(index: EngineIndex): Metadata<'LocalSecondaryIndexes'>[number] {
  const { IndexName = '', KeySchema = [], Projection = {} } = index;
  const { ProjectionType = 'ALL', NonKeyAttributes } = Projection;
  return {
    IndexName,
    KeySchema: KeySchema as Metadata<'KeySchema'>,
    Projection: {
      ProjectionType: ProjectionType as 'ALL',
      ...(NonKeyAttributes === undefined ? {} : { NonKeyAttributes }),
    },
  };
}

function throughput(
  mode: TableMetadata['BillingMode'],
  provisioned: ProvisionedThroughputDescription | undefined,
  onDemand: OnDemandThroughput | undefined,
): Pick<TableMetadata, 'ProvisionedThroughput' | 'OnDemandThroughput'> {
  if (mode === 'PROVISIONED') {
    const { ReadCapacityUnits = 1, WriteCapacityUnits = 1 } = provisioned ?? {};
    return { ProvisionedThroughput: { ReadCapacityUnits, WriteCapacityUnits } };
  }
  // -1 means no limit, which is also what a table has that says nothing.
  const { MaxReadRequestUnits: read = -1, MaxWriteRequestUnits: write = -1 } = onDemand ?? {};
  if (read < 0 && write < 0) return {};
  return {
    OnDemandThroughput: {
      ...(read < 0 ? {} : { MaxReadRequestUnits: read }),
      ...(write < 0 ? {} : { MaxWriteRequestUnits: write }),
    },
  };
}

/** A table without a key of KMS is encrypted too, with a key of DynamoDB's own: that is the default and needs no word. */
function encryption(sse: SSEDescription | undefined): Pick<TableMetadata, 'SSESpecification'> {
  const on = sse?.Status === 'ENABLED' || sse?.Status === 'UPDATING' || sse?.Status === 'ENABLING';
  if (!on || sse.SSEType !== 'KMS') return {};
  const key = sse.KMSMasterKeyArn;
  return {
    SSESpecification: { Enabled: true, SSEType: 'KMS', ...(key === undefined ? {} : { KMSMasterKeyId: key }) },
  };
}

function some<Name extends string, Value>(name: Name, values: Value[] | undefined): { [N in Name]?: Value[] } {
  return values === undefined || values.length === 0 ? {} : ({ [name]: values } as { [N in Name]?: Value[] });
}
