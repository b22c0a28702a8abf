import {
  BatchWriteItemCommand,
  type BatchWriteItemCommandOutput,
  type DynamoDBClient,
  type WriteRequest,
} from '@aws-sdk/client-dynamodb';
import { StoreUnavailableError, ThrottledError } from '../../errors.js';
import type { AttributeValue, Item } from '../item.js';
import type { Fence, KeyColumn, Usage } from '../store.js';
import { keyText, refused } from './refused-item.js';
import { type Call, isFailure, type Requests } from './requests.js';
import { emptyAnswer, retryRules } from './retry-rules.js';

/**
 * Most puts and deletes in a BatchWriteItem. Its other limit, 16 MB, holds by itself while items have at most 400 KB;
 * where the request's text is longer than what DynamoDB counts it may be refused, and is then sent in halves.
 */
export const batchItems = 25;

export interface BatchDependencies {
  readonly client: DynamoDBClient;
  readonly requests: Requests;
  readonly table: string;
  readonly physical: string;
  readonly storedKey: readonly KeyColumn[];
  readonly fence: Fence | undefined;
  readonly signal?: AbortSignal;
  /** Counts what was sent and what it cost, also of batches that fail in the end. */
  readonly spend: (usage: Usage) => void;
}

/**
 * Sends at most 25 puts or deletes of different keys and returns when the engine has acknowledged every one. What it
 * gives back as unprocessed is sent again, with pauses, as long as something was taken lately. Throws ItemRefusedError
 * for the first item that it does not take for what it is.
 */
export async function sendBatch(dependencies: BatchDependencies, batch: readonly WriteRequest[]): Promise<void> {
  let left = batch;
  for (let attempt = 1; left.length > 0; attempt += 1) {
    let unprocessed: readonly WriteRequest[];
    try {
      unprocessed = await sendOnce(dependencies, left);
    } catch (error) {
      if (!isFailure(error, 'refused')) throw withItems(dependencies, left, error);
      return sendInHalves(dependencies, left, error);
    }
    if (unprocessed.length === 0) return;
    if (unprocessed.length < left.length) attempt = 1;
    const rule = retryRules.throttled;
    if (rule === undefined || attempt >= rule.attempts) throw throttled(dependencies, unprocessed);
    left = unprocessed;
    await dependencies.requests.pause(rule, attempt, dependencies.signal);
  }
}

/**
 * BatchWriteItem is refused whole and does not say for which item. Halving finds it in a few requests, and what is good
 * gets written; one that is refused alone is named.
 */
async function sendInHalves(
  dependencies: BatchDependencies,
  batch: readonly WriteRequest[],
  error: unknown,
): Promise<void> {
  const [only] = batch;
  if (batch.length === 1 && only !== undefined) {
    const why = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    throw refused(dependencies.table, itemOf(only), dependencies.storedKey, `DynamoDB refused it: ${why}`, error);
  }
  const half = Math.ceil(batch.length / 2);
  await sendBatch(dependencies, batch.slice(0, half));
  await sendBatch(dependencies, batch.slice(half));
}

async function sendOnce(dependencies: BatchDependencies, batch: readonly WriteRequest[]): Promise<WriteRequest[]> {
  const { client, requests, table, physical, fence, signal, spend } = dependencies;
  const command = new BatchWriteItemCommand({
    RequestItems: { [physical]: batch as WriteRequest[] },
    ReturnConsumedCapacity: 'TOTAL',
  });
  const call: Call = {
    operation: 'BatchWriteItem',
    table,
    beforeSend: () => {
      fence?.assertMaySend();
      spend({ requests: 1, readUnits: 0, writeUnits: 0 });
    },
    ...(signal === undefined ? {} : { signal }),
  };
  const answer = await requests.send(call, async (abortSignal) => {
    const written = await client.send(command, { abortSignal });
    // Without a body nothing was acknowledged; every real answer says what is unprocessed, be it nothing.
    if (written.UnprocessedItems === undefined) throw emptyAnswer();
    return written;
  });
  spend({ requests: 0, readUnits: 0, writeUnits: unitsOf(answer) });
  return Object.values(answer.UnprocessedItems ?? {}).flat();
}

function unitsOf(answer: BatchWriteItemCommandOutput): number {
  return (answer.ConsumedCapacity ?? []).reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
}

function throttled(dependencies: BatchDependencies, left: readonly WriteRequest[]): ThrottledError {
  return new ThrottledError(`table "${dependencies.table}" is throttled: ${notWritten(dependencies, left)}`);
}

/** The same kind of error, which says what is not known to be written. */
function withItems(dependencies: BatchDependencies, left: readonly WriteRequest[], error: unknown): unknown {
  const known = error instanceof ThrottledError ? ThrottledError : StoreUnavailableError;
  if (!(error instanceof known)) return error;
  return new known(`${error.message}; ${notWritten(dependencies, left)}`, { cause: error.cause });
}

function notWritten({ storedKey }: BatchDependencies, left: readonly WriteRequest[]): string {
  const keys = left.slice(0, 3).map((request) => keyText(itemOf(request), storedKey));
  return `${left.length} items were not acknowledged, ${keys.join(', ')}${left.length > 3 ? ', ...' : ''}`;
}

function itemOf(request: WriteRequest): Item {
  return (request.PutRequest?.Item ?? request.DeleteRequest?.Key ?? {}) as Record<string, AttributeValue>;
}
