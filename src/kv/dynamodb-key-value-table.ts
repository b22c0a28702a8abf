import {
  CreateTableCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  type TableStatus,
} from '@aws-sdk/client-dynamodb';
import type { Clock } from '../clock.js';
import { StoreUnavailableError } from '../errors.js';
import { isMissingTable, sendOnce } from './dynamodb-requests.js';

export interface TablePlace {
  readonly client: DynamoDBClient;
  readonly table: string;
  readonly location: string;
  readonly requestTimeoutMs: number;
  readonly clock: Clock;
}

/** A new table takes some seconds, one that is being deleted some more; beyond this, somebody has to look. */
const patienceMs = 120_000;
const pollAtLeastMs = 20;
const pollAtMostMs = 1_000;

/** Makes the table of a key-value store and waits until it can be used. Any number of callers may do so at once. */
export async function ensureKeyValueTable(place: TablePlace): Promise<void> {
  const startedAt = place.clock.monotonic();
  for (let pollMs = pollAtLeastMs; ; pollMs = Math.min(pollMs * 2, pollAtMostMs)) {
    const status = await tableStatus(place);
    if (status === 'ACTIVE' || status === 'UPDATING') return;
    if (status === undefined) await createTable(place);
    else await place.clock.sleep(pollMs);
    if (place.clock.monotonic() - startedAt > patienceMs) {
      throw new StoreUnavailableError(`${place.location} is still ${status ?? 'missing'} after ${patienceMs / 1000} s`);
    }
  }
}

async function tableStatus(place: TablePlace): Promise<TableStatus | undefined> {
  try {
    const command = new DescribeTableCommand({ TableName: place.table });
    const answer = await sendOnce(place.client, command, place.location, place.requestTimeoutMs);
    return answer.Table?.TableStatus;
  } catch (error) {
    if (isMissingTable(error)) return undefined;
    throw error;
  }
}

async function createTable(place: TablePlace): Promise<void> {
  const command = new CreateTableCommand({
    TableName: place.table,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      { AttributeName: 'partition', AttributeType: 'B' },
      { AttributeName: 'key', AttributeType: 'B' },
    ],
    KeySchema: [
      { AttributeName: 'partition', KeyType: 'HASH' },
      { AttributeName: 'key', KeyType: 'RANGE' },
    ],
  });
  try {
    await sendOnce(place.client, command, place.location, place.requestTimeoutMs);
  } catch (error) {
    // Another caller was faster: wait for its table.
    if (!(error instanceof Error && error.name === 'ResourceInUseException')) throw error;
  }
}
