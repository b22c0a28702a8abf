import type { Fault } from '../../errors.js';
import type { DropFault, Preflight, TableDescription } from '../store.js';
import { encryptionIn } from './create.js';
import { findEngineTable, type TableAccess } from './describe.js';
import { metadataOf, type TableMetadata } from './metadata.js';
import { sortKeyName } from './table-form.js';
import type { TableNames } from './table-names.js';

/** Limits of CreateTable. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html */
const mostLocalIndexes = 5;
const mostGlobalIndexes = 20;
const longestKeyName = 255;

/** What keeps a table of this description from being made in DynamoDB. Looks at nothing but the description. */
export function preflightTarget(description: TableDescription, names: TableNames, region: string): Preflight {
  const metadata = metadataOf(description);
  const own = metadata === undefined ? foreignFaults(description) : indexFaults(description, metadata);
  return {
    faults: [...names.faults(description.name), ...own],
    warnings: metadata === undefined ? [] : targetWarnings(description, metadata, region),
  };
}

function foreignFaults(description: TableDescription): Fault[] {
  const field = `table "${description.name}"`;
  if (description.key.length === 0) return [{ field, message: 'has no primary key; DynamoDB needs one' }];
  const repeated = description.key.filter(({ name }, at) => description.key.findIndex((c) => c.name === name) !== at);
  return [
    ...repeated.map(({ name }) => ({ field: `${field}, column "${name}"`, message: 'is twice in the primary key' })),
    ...description.key.flatMap(({ name }) => nameFaults(`${field}, column "${name}"`, name)),
    ...(description.key.length > 2 ? nameFaults(field, sortKeyName(description.key)) : []),
  ];
}

function nameFaults(field: string, name: string): Fault[] {
  const sizeBytes = Buffer.byteLength(name);
  if (sizeBytes >= 1 && sizeBytes <= longestKeyName) return [];
  return [
    {
      field,
      message: `the name of a key attribute has 1 to ${longestKeyName} bytes in DynamoDB, this has ${sizeBytes}`,
    },
  ];
}

function indexFaults({ name }: TableDescription, metadata: TableMetadata): Fault[] {
  const field = `table "${name}"`;
  const { LocalSecondaryIndexes: local = [], GlobalSecondaryIndexes: global = [], AttributeDefinitions } = metadata;
  const defined = new Set(AttributeDefinitions.map(({ AttributeName }) => AttributeName));
  const undefinedKeys = [metadata, ...local, ...global].flatMap(({ KeySchema }) =>
    KeySchema.filter(({ AttributeName }) => !defined.has(AttributeName)),
  );
  return [
    ...(local.length <= mostLocalIndexes
      ? []
      : [{ field, message: `has ${local.length} local indexes; DynamoDB allows ${mostLocalIndexes}` }]),
    ...(global.length <= mostGlobalIndexes
      ? []
      : [{ field, message: `has ${global.length} global indexes; DynamoDB allows ${mostGlobalIndexes}` }]),
    ...undefinedKeys.map(({ AttributeName }) => ({ field, message: `key attribute "${AttributeName}" has no type` })),
  ];
}

function targetWarnings({ name }: TableDescription, metadata: TableMetadata, region: string): Fault[] {
  const encryption = metadata.SSESpecification;
  const key = encryption?.KMSMasterKeyId;
  if (encryption === undefined || key === undefined) return [];
  const message =
    encryptionIn(encryption, region).KMSMasterKeyId === undefined
      ? `its key ${key} is of another region: the table will have the account's default KMS key for DynamoDB`
      : `will be encrypted with ${key}, which the role must be allowed to use`;
  return [{ field: `table "${name}"`, message }];
}

/** What stands against dropping the table that is there: DynamoDB refuses it while the table is protected. */
export async function dropFaults(access: TableAccess): Promise<DropFault[]> {
  if ((await findEngineTable(access))?.DeletionProtectionEnabled !== true) return [];
  const message = 'cannot be replaced: it is protected from deletion: switch its DeletionProtectionEnabled off first';
  return [{ field: `table "${access.table}"`, message }];
}
