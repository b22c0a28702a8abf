import {
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  type KeySchemaElement,
  ListTagsOfResourceCommand,
  type TableDescription as EngineTable,
  type Tag,
} from '@aws-sdk/client-dynamodb';
import { CorruptDataError, TableNotFoundError } from '../../errors.js';
import type { KeyColumn, TableDescription } from '../store.js';
import { metadataOfTable } from './engine-table.js';
import { metadataToJson } from './metadata.js';
import { isFailure, type Requests } from './requests.js';

export interface TableAccess {
  readonly client: DynamoDBClient;
  readonly requests: Requests;
  /** The table's name for people, and its name in DynamoDB. */
  readonly table: string;
  readonly physical: string;
}

/** DescribeTable's answer. Throws TableNotFoundError when there is no such table, and only then. */
export async function describeEngineTable(access: TableAccess): Promise<EngineTable> {
  const { client, requests, table, physical } = access;
  const command = new DescribeTableCommand({ TableName: physical });
  const answer = await requests.send({ operation: 'DescribeTable', table }, (abortSignal) =>
    client.send(command, { abortSignal }),
  );
  if (answer.Table === undefined) throw new CorruptDataError(`DescribeTable of table "${table}" described nothing`);
  return answer.Table;
}

/** The same, with undefined for a table that is not there. */
export async function findEngineTable(access: TableAccess): Promise<EngineTable | undefined> {
  try {
    return await describeEngineTable(access);
  } catch (error) {
    if (error instanceof TableNotFoundError) return undefined;
    throw error;
  }
}

/**
 * The table as DynamoDB has it: keys of their own types, whatever engine its items once came from. Tags and time to live
 * cost a request each; an emulator that does not know these operations has none.
 */
export async function describePhysical(access: TableAccess, engineTable: EngineTable): Promise<TableDescription> {
  const [tags, ttlAttribute] = await Promise.all([tagsOf(access, engineTable), timeToLiveOf(access)]);
  const metadata = metadataOfTable(engineTable, tags, ttlAttribute);
  return {
    name: access.table,
    identity: identityOf(engineTable),
    key: keyOfTable(engineTable),
    // Counted every six hours, by the embedded engine never: zero is what stands there until then, and says nothing.
    ...(engineTable.ItemCount ? { items: engineTable.ItemCount } : {}),
    ...(engineTable.TableSizeBytes ? { sizeBytes: engineTable.TableSizeBytes } : {}),
    ...(ttlAttribute === undefined ? {} : { ttlAttribute }),
    origin: { engine: 'dynamodb', metadata: metadataToJson(metadata) },
  };
}

/** TableId; where an emulator gives none, the moment of creation, which a new table of the name does not share. */
export function identityOf(table: EngineTable): string {
  const identity = table.TableId ?? table.CreationDateTime?.toISOString();
  if (identity === undefined) throw new CorruptDataError(`table ${table.TableName ?? '?'} has no TableId`);
  return identity;
}

/** The primary key of the table as it is in DynamoDB, hash first. */
export function keyOfTable(table: EngineTable): KeyColumn[] {
  const types = new Map(table.AttributeDefinitions?.map((a) => [a.AttributeName, a.AttributeType]));
  const ofType = (type: string): KeySchemaElement[] => (table.KeySchema ?? []).filter((key) => key.KeyType === type);
  return [...ofType('HASH'), ...ofType('RANGE')].map(({ AttributeName: name }) => {
    const type = types.get(name);
    if (name === undefined || (type !== 'S' && type !== 'N' && type !== 'B')) {
      throw new CorruptDataError(`table ${table.TableName ?? '?'} has a key attribute ${name ?? '?'} of no known type`);
    }
    return { name, type };
  });
}

/** The attribute by which items expire, while time to live is on or is being switched on. */
export async function timeToLiveOf({ client, requests, table, physical }: TableAccess): Promise<string | undefined> {
  const command = new DescribeTimeToLiveCommand({ TableName: physical });
  const answer = await unlessUnknown(
    requests.send({ operation: 'DescribeTimeToLive', table }, (abortSignal) => client.send(command, { abortSignal })),
  );
  const { TimeToLiveStatus: status, AttributeName: attribute } = answer?.TimeToLiveDescription ?? {};
  return status === 'ENABLED' || status === 'ENABLING' ? attribute : undefined;
}

async function tagsOf(access: TableAccess, engineTable: EngineTable): Promise<Tag[]> {
  const { client, requests, table } = access;
  const tags: Tag[] = [];
  for (let next: string | undefined, first = true; first || next !== undefined; first = false) {
    const command = new ListTagsOfResourceCommand({
      ResourceArn: engineTable.TableArn,
      ...(next === undefined ? {} : { NextToken: next }),
    });
    const answer = await unlessUnknown(
      requests.send({ operation: 'ListTagsOfResource', table }, (abortSignal) => client.send(command, { abortSignal })),
    );
    tags.push(...(answer?.Tags ?? []));
    next = answer?.NextToken;
  }
  return tags;
}

/** Undefined when the engine does not have the operation at all: emulators lack some. Nothing else is absence. */
async function unlessUnknown<Answer>(answer: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isFailure(error, 'unknown-operation')) return undefined;
    throw error;
  }
}
