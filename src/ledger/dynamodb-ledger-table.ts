import {
  CreateTableCommand,
  DescribeTableCommand,
  UpdateContinuousBackupsCommand,
  type TableDescription,
} from '@aws-sdk/client-dynamodb';
import { InputError, StoreUnavailableError, TableNotFoundError } from '../errors.js';
import type { LedgerClient } from './ledger-client.js';

const pollMs = 250;
/** A new table takes seconds; two minutes are far beyond. */
const mostPolls = 480;

/**
 * Makes the ledger's table where it is missing and waits until it is ready. A table that is ready is left as it is: it may
 * be deployed, and the caller without the right to change it. Throws InputError when it has other keys.
 */
export async function ensureTable(client: LedgerClient): Promise<void> {
  const found = await describe(client);
  if (found === undefined) await create(client);
  if (found?.TableStatus !== 'ACTIVE' && found?.TableStatus !== 'UPDATING') {
    await untilActive(client);
    await protect(client);
  }
  assertKeys(client, found ?? (await describe(client)));
}

async function describe(client: LedgerClient): Promise<TableDescription | undefined> {
  const command = new DescribeTableCommand({ TableName: client.table });
  try {
    const answer = await client.send((dynamodb, abortSignal) => dynamodb.send(command, { abortSignal }));
    return answer.Table;
  } catch (error) {
    if (error instanceof TableNotFoundError) return undefined;
    throw error;
  }
}

async function create(client: LedgerClient): Promise<void> {
  const command = new CreateTableCommand({
    TableName: client.table,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      { AttributeName: 'partition', AttributeType: 'S' },
      { AttributeName: 'entry', AttributeType: 'S' },
    ],
    KeySchema: [
      { AttributeName: 'partition', KeyType: 'HASH' },
      { AttributeName: 'entry', KeyType: 'RANGE' },
    ],
  });
  try {
    await client.send((dynamodb, abortSignal) => dynamodb.send(command, { abortSignal }));
  } catch (error) {
    // Somebody else is making it, or this request did, whose answer was lost.
    if (nameOf(error) !== 'ResourceInUseException') throw error;
  }
}

async function untilActive(client: LedgerClient): Promise<void> {
  for (let poll = 1; poll <= mostPolls; poll += 1) {
    if ((await describe(client))?.TableStatus === 'ACTIVE') return;
    await client.clock.sleep(pollMs);
  }
  throw new StoreUnavailableError(`table "${client.table}" in ${client.location} does not become active`);
}

/** Point-in-time recovery. Local engines do not know it, and say exactly that; elsewhere it is refused for some seconds. */
async function protect(client: LedgerClient): Promise<void> {
  const command = new UpdateContinuousBackupsCommand({
    TableName: client.table,
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
  });
  for (let poll = 1; ; poll += 1) {
    try {
      await client.send((dynamodb, abortSignal) => dynamodb.send(command, { abortSignal }));
      return;
    } catch (error) {
      if (nameOf(error) === 'UnknownOperationException') return;
      if (nameOf(error) !== 'ContinuousBackupsUnavailableException' || poll >= mostPolls) throw error;
    }
    await client.clock.sleep(pollMs);
  }
}

function assertKeys(client: LedgerClient, table: TableDescription | undefined): void {
  const keys = table?.KeySchema?.map(({ AttributeName, KeyType }) => `${AttributeName} ${KeyType}`).join(', ');
  if (keys === 'partition HASH, entry RANGE') return;
  const message = `table "${client.table}" is no ledger: its keys must be "partition" and "entry", name another table`;
  throw new InputError([{ field: `ledger ${client.location}`, message }]);
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : '';
}
