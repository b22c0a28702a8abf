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
      if (table !== undefined) yield table;
    }
    after = answer.LastEvaluatedTableName;
  }
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
