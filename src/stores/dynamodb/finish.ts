import {
  type TableDescription as EngineTable,
  UpdateTableCommand,
  type UpdateTableCommandInput,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import type { Fence, TableDescription } from '../store.js';
import { isReady } from './create.js';
import { describeEngineTable, type TableAccess, timeToLiveOf } from './describe.js';
import { metadataOf } from './metadata.js';
import { isFailure } from './requests.js';

/**
 * Switches on what waited for validation: time to live, stream, protection from deletion. What is on already stays as it
 * is. A table takes one change at a time, so that each change ends the call with false. An emulator that lacks one of
 * them goes without: dynalite answers that the operation or every field of the request is unknown to it, or does not
 * show the change in its answer.
 */
export async function finishTable(access: TableAccess, description: TableDescription, fence?: Fence): Promise<boolean> {
  const engineTable = await describeEngineTable(access);
  if (!isReady(engineTable, access.table)) return false;
  const metadata = metadataOf(description);
  for (const change of changesOf(metadata ?? {})) {
    if (change.isMade(engineTable)) continue;
    const updated = await updateTable(access, change, fence);
    if (updated !== undefined && (change.isMade(updated) || !isReady(updated, access.table))) return false;
  }
  const ttlAttribute = metadata?.TimeToLiveSpecification?.AttributeName ?? description.ttlAttribute;
  if (ttlAttribute !== undefined) await switchTimeToLiveOn(access, ttlAttribute, fence);
  return true;
}

type Finishing = Pick<NonNullable<ReturnType<typeof metadataOf>>, 'StreamSpecification' | 'DeletionProtectionEnabled'>;

interface Change {
  readonly input: Omit<UpdateTableCommandInput, 'TableName'>;
  isMade(table: EngineTable): boolean;
}

function changesOf({ StreamSpecification, DeletionProtectionEnabled }: Finishing): Change[] {
  return [
    ...(StreamSpecification === undefined
      ? []
      : [
          { input: { StreamSpecification }, isMade: (t: EngineTable) => t.StreamSpecification?.StreamEnabled === true },
        ]),
    ...(DeletionProtectionEnabled === undefined
      ? []
      : [{ input: { DeletionProtectionEnabled }, isMade: (t: EngineTable) => t.DeletionProtectionEnabled === true }]),
  ];
}

/** dynalite's answer to an UpdateTable that has none but fields it does not know. */
const nothingToUpdate = /^At least one of ProvisionedThroughput, BillingMode, .* is required$/;

async function updateTable(
  access: TableAccess,
  change: Change,
  fence: Fence | undefined,
): Promise<EngineTable | undefined> {
  const { client, requests, table, physical } = access;
  const command = new UpdateTableCommand({ TableName: physical, ...change.input });
  try {
    const answer = await requests.send(callOf('UpdateTable', table, fence), (abortSignal) =>
      client.send(command, { abortSignal }),
    );
    return answer.TableDescription;
  } catch (error) {
    const engineError = error instanceof Error ? error.cause : undefined;
    const isUnknown = engineError instanceof Error && nothingToUpdate.test(engineError.message);
    if (isUnknown || isFailure(error, 'unknown-operation')) return undefined;
    const now = isFailure(error, 'in-use') || isFailure(error, 'refused') ? await describeEngineTable(access) : {};
    // It was done and its answer lost, so that it was sent again and refused; or another change is under way.
    if (change.isMade(now) || (isFailure(error, 'in-use') && !isReady(now, table))) return now;
    throw error;
  }
}

/**
 * The request alone is waited for: it may take an hour until it is ENABLED and items begin to expire, nothing can come
 * between, and whoever has frozen the source shall not wait for that.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTimeToLive.html
 */
async function switchTimeToLiveOn(access: TableAccess, attribute: string, fence: Fence | undefined): Promise<void> {
  const { client, requests, table, physical } = access;
  if ((await timeToLiveOf(access)) !== undefined) return;
  const command = new UpdateTimeToLiveCommand({
    TableName: physical,
    TimeToLiveSpecification: { AttributeName: attribute, Enabled: true },
  });
  try {
    await requests.send(callOf('UpdateTimeToLive', table, fence), (abortSignal) =>
      client.send(command, { abortSignal }),
    );
  } catch (error) {
    if (isFailure(error, 'unknown-operation')) return;
    // Done, its answer lost, sent again and refused.
    if (!isFailure(error, 'refused') || (await timeToLiveOf(access)) === undefined) throw error;
  }
}

function callOf(
  operation: string,
  table: string,
  fence: Fence | undefined,
): Parameters<TableAccess['requests']['send']>[0] {
  return { operation, table, ...(fence === undefined ? {} : { beforeSend: () => fence.assertMaySend() }) };
}
