import { DeleteTableCommand, ListTablesCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { TableNotFoundError } from '../../errors.js';
import type { Fence } from '../store.js';
import { findEngineTable, type TableAccess } from './describe.js';
import { isFailure, type Requests } from './requests.js';
import type { TableNames } from './table-names.js';

/** The logical names of this store's tables, page by page. */
export async function* listTables(
  client: DynamoDBClient,
  requests: Requests,
  names: TableNames,
): AsyncGenerator<string, void, undefined> {
  for (let after: string | undefined, first = true; first || after !== undefined; first = false) {
    const command = new ListTablesCommand(after === undefined ? {} : { ExclusiveStartTableName: after });
    const answer = await requests.send({ operation: 'ListTables' }, (abortSignal) =>
      client.send(command, { abortSignal }),
    );
    for (const physical of answer.TableNames ?? []) {
      const table = names.logical(physical);
      if (table !== undefined && !(await isInternal({ client, requests, table, physical }))) yield table;
    }
    after = answer.LastEvaluatedTableName;
  }
}

/** The second key attribute of the tables that Carryover keeps for itself: entries of state, and the ledger. */
const internalKeys: Readonly<Record<string, string>> = { carryover: 'key', 'carryover-ledger': 'entry' };

/**
 * A table that some Carryover keeps for itself, a store of another prefix or a ledger: by its name and by its key, so
 * that a user's table that only sounds like it is carried.
 */
async function isInternal(access: TableAccess): Promise<boolean> {
  const name = Object.keys(internalKeys).find((suffix) => access.physical.endsWith(suffix));
  if (name === undefined) return false;
  const keys = (await findEngineTable(access))?.KeySchema?.map(({ AttributeName }) => AttributeName);
  return keys?.[0] === 'partition' && keys[1] === internalKeys[name];
}

/** True: the table is not there. False: it is going, or busy with another change and must be asked again. */
export async function dropTable(access: TableAccess, fence: Fence | undefined): Promise<boolean> {
  const found = await findEngineTable(access);
  if (found === undefined) return true;
  if (found.TableStatus === 'DELETING') return false;
  const { client, requests, table, physical } = access;
  const call = {
    operation: 'DeleteTable',
    table,
    ...(fence === undefined ? {} : { beforeSend: () => fence.assertMaySend() }),
  };
  const command = new DeleteTableCommand({ TableName: physical });
  try {
    await requests.send(call, (abortSignal) => client.send(command, { abortSignal }));
  } catch (error) {
    if (error instanceof TableNotFoundError) return true;
    if (!isFailure(error, 'in-use')) throw error;
  }
  return (await findEngineTable(access)) === undefined;
}
