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
    const updated = await updateTable(access, change.input, fence);
    if (updated !== undefined && change.isMade(updated)) return false;
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
  { client, requests, table, physical }: TableAccess,
  input: Change['input'],
  fence: Fence | undefined,
): Promise<EngineTable | undefined> {
  const command = new UpdateTableCommand({ TableName: physical, ...input });
  try {
    const answer = await requests.send(callOf('UpdateTable', table, fence), (abortSignal) =>
      client.send(command, { abortSignal }),
    );
    return answer.TableDescription;
  } catch (error) {
    const engineError = error instanceof Error ? error.cause : undefined;
    const isUnknown = engineError instanceof Error && nothingToUpdate.test(engineError.message);
    if (isUnknown || isFailure(error, 'unknown-operation')) return undefined;
    throw error;
  }
}

/** It may take an hour until items begin to expire; the request alone is waited for. */
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
    if (!isFailure(error, 'unknown-operation')) throw error;
  }
}

function callOf(
  operation: string,
  table: string,
  fence: Fence | undefined,
): Parameters<TableAccess['requests']['send']>[0] {
  return { operation, table, ...(fence === undefined ? {} : { beforeSend: () => fence.assertMaySend() }) };
}
