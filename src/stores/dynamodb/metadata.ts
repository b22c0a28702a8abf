import { z } from 'zod';
import { CorruptDataError } from '../../errors.js';
import type { Json } from '../../json.js';
import type { TableDescription } from '../store.js';

const keySchema = z.array(z.object({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) }));
const projection = z.object({
  ProjectionType: z.enum(['ALL', 'KEYS_ONLY', 'INCLUDE']),
  NonKeyAttributes: z.array(z.string()).exactOptional(),
});
const provisioned = z.object({ ReadCapacityUnits: z.number(), WriteCapacityUnits: z.number() });
const onDemand = z.object({
  MaxReadRequestUnits: z.number().exactOptional(),
  MaxWriteRequestUnits: z.number().exactOptional(),
});
const localIndex = z.object({ IndexName: z.string(), KeySchema: keySchema, Projection: projection });
const globalIndex = localIndex.extend({
  ProvisionedThroughput: provisioned.exactOptional(),
  OnDemandThroughput: onDemand.exactOptional(),
});

/**
 * What a table is beside its items, as `origin.metadata` of its description: the parameters of CreateTable by their own
 * names, less the table's name, and its time to live. What CreateTable does not know is not carried.
 */
const metadataSchema = z.object({
  AttributeDefinitions: z.array(z.object({ AttributeName: z.string(), AttributeType: z.enum(['S', 'N', 'B']) })),
  KeySchema: keySchema.min(1).max(2),
  LocalSecondaryIndexes: z.array(localIndex).exactOptional(),
  GlobalSecondaryIndexes: z.array(globalIndex).exactOptional(),
  BillingMode: z.enum(['PROVISIONED', 'PAY_PER_REQUEST']),
  ProvisionedThroughput: provisioned.exactOptional(),
  OnDemandThroughput: onDemand.exactOptional(),
  StreamSpecification: z
    .object({
      StreamEnabled: z.literal(true),
      StreamViewType: z.enum(['NEW_IMAGE', 'OLD_IMAGE', 'NEW_AND_OLD_IMAGES', 'KEYS_ONLY']),
    })
    .exactOptional(),
  SSESpecification: z
    .object({ Enabled: z.literal(true), SSEType: z.literal('KMS'), KMSMasterKeyId: z.string().exactOptional() })
    .exactOptional(),
  TableClass: z.enum(['STANDARD', 'STANDARD_INFREQUENT_ACCESS']).exactOptional(),
  DeletionProtectionEnabled: z.literal(true).exactOptional(),
  Tags: z.array(z.object({ Key: z.string(), Value: z.string() })).exactOptional(),
  TimeToLiveSpecification: z.object({ AttributeName: z.string(), Enabled: z.literal(true) }).exactOptional(),
});

export type TableMetadata = z.infer<typeof metadataSchema>;

/** The metadata of a description that came from DynamoDB; undefined for one of another engine. Throws CorruptDataError. */
export function metadataOf(description: TableDescription): TableMetadata | undefined {
  if (description.origin.engine !== 'dynamodb') return undefined;
  const parsed = metadataSchema.safeParse(description.origin.metadata);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
  throw new CorruptDataError(`the description of table "${description.name}" is not one of DynamoDB: ${problems}`);
}

/** As JSON, without what is undefined. */
export function metadataToJson(metadata: TableMetadata): Json {
  return JSON.parse(JSON.stringify(metadata)) as Json;
}
