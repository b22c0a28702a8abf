import {
  CreateTableCommand,
  type CreateTableCommandInput,
  type TableDescription as EngineTable,
} from '@aws-sdk/client-dynamodb';
import { InputError } from '../../errors.js';
import type { Fence, KeyColumn, TableDescription } from '../store.js';
import { findEngineTable, identityOf, keyOfTable, type TableAccess } from './describe.js';
import { isReserved } from './engine-table.js';
import { metadataOf, type TableMetadata } from './metadata.js';
import { isFailure } from './requests.js';
import { formOf } from './table-form.js';

/**
 * Makes the table unless it is there. Streams, time to live and protection from deletion wait for `finish`: a stream
 * would tell of the copy's own writes, and time to live would delete under it. Secondary indexes are made now: made
 * later each would take a backfill of the whole table, one after the other, and a backfill leaves out, without a word,
 * the items whose attributes do not fit the index, where a write is refused and named. The price is that the copy
 * writes the indexes along, which costs the same units as a backfill.
 */
export async function createTable(
  access: TableAccess,
  description: TableDescription,
  region: string,
  fence: Fence | undefined,
): Promise<EngineTable> {
  const found = await findEngineTable(access);
  if (found !== undefined) return fitting(access, found, description);
  const command = new CreateTableCommand(createInput(access.physical, description, region));
  const { client, requests, table } = access;
  const call = {
    operation: 'CreateTable',
    table,
    ...(fence === undefined ? {} : { beforeSend: () => fence.assertMaySend() }),
  };
  try {
    const answer = await requests.send(call, (abortSignal) => client.send(command, { abortSignal }));
    if (answer.TableDescription !== undefined) return answer.TableDescription;
  } catch (error) {
    // Somebody was faster, or the answer to an earlier send of this request was lost.
    if (!isFailure(error, 'in-use')) throw error;
  }
  const made = await findEngineTable(access);
  if (made === undefined)
    throw new InputError([{ field: `table "${table}"`, message: 'was dropped while it was made' }]);
  return fitting(access, made, description);
}

/** Whether the table takes items: it and its indexes are all active. Throws InputError when it never will be by itself. */
export function isReady(table: EngineTable, name: string): boolean {
  const { TableStatus: status, GlobalSecondaryIndexes: indexes = [] } = table;
  if (status === 'INACCESSIBLE_ENCRYPTION_CREDENTIALS' || status === 'ARCHIVED' || status === 'ARCHIVING') {
    throw new InputError([{ field: `table "${name}"`, message: `cannot be used: its status is ${status}` }]);
  }
  return status === 'ACTIVE' && indexes.every((index) => index.IndexStatus === 'ACTIVE');
}

/** CreateTable's parameters for a table of this description. */
export function createInput(physical: string, description: TableDescription, region: string): CreateTableCommandInput {
  const metadata = metadataOf(description);
  if (metadata === undefined) {
    const { storedKey } = formOf(description);
    return {
      TableName: physical,
      AttributeDefinitions: storedKey.map(({ name, type }) => ({ AttributeName: name, AttributeType: type })),
      KeySchema: storedKey.map(({ name }, at) => ({ AttributeName: name, KeyType: at === 0 ? 'HASH' : 'RANGE' })),
      BillingMode: 'PAY_PER_REQUEST',
    };
  }
  const { StreamSpecification, DeletionProtectionEnabled, TimeToLiveSpecification, SSESpecification, ...rest } =
    metadata;
  const { Tags, ...atOnce } = rest;
  const tags = (Tags ?? []).filter(({ Key }) => !isReserved(Key));
  return {
    TableName: physical,
    ...atOnce,
    ...(tags.length === 0 ? {} : { Tags: tags }),
    ...(SSESpecification === undefined ? {} : { SSESpecification: encryptionIn(SSESpecification, region) }),
  };
}

type Encryption = NonNullable<TableMetadata['SSESpecification']>;

/** A key of KMS can be used in its own region alone: elsewhere the account's default key for DynamoDB takes its place. */
export function encryptionIn(encryption: Encryption, region: string): Encryption {
  const { KMSMasterKeyId: key, ...byDefaultKey } = encryption;
  const keyRegion = /^arn:[^:]*:kms:([^:]*):/.exec(key ?? '')?.[1];
  return keyRegion === undefined || keyRegion === region ? encryption : byDefaultKey;
}

/** A table that is there is left as it is; it must have the key that items will be written by. */
function fitting({ table }: TableAccess, engineTable: EngineTable, description: TableDescription): EngineTable {
  if (engineTable.TableStatus === 'DELETING') return engineTable;
  const wanted = keyNames(formOf(description).storedKey);
  const actual = keyNames(keyOfTable(engineTable));
  if (wanted === actual) return engineTable;
  throw new InputError([
    { field: `table "${table}"`, message: `is there with the key ${actual}; the key ${wanted} is needed` },
  ]);
}

function keyNames(key: readonly KeyColumn[]): string {
  return `(${key.map(({ name, type }) => `${name} ${type}`).join(', ')})`;
}

/** The identity of a table that `createTable` gave; empty while an earlier table of the name is still being deleted. */
export function createdIdentity(table: EngineTable): string {
  return table.TableStatus === 'DELETING' ? '' : identityOf(table);
}
