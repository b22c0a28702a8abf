import { BatchWriteItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { StoreUnavailableError, ThrottledError } from '../../errors.js';
import type { Item } from '../item.js';
import type { Fence, KeyColumn, Usage } from '../store.js';
import { decodeItem, itemToText } from './item-json.js';
import { keyText, refused } from './refused-item.js';
import { type Call, isFailure, type Requests } from './requests.js';
import { emptyAnswer, retryRules } from './retry-rules.js';
import { sendWire, unitsOf, type WireRequest } from './wire.js';

/** A put or delete: its JSON, and the item or key that errors name. */
export interface BatchEntry {
  readonly text: string;
  readonly item: Item;
}

export function putOf(item: Item): BatchEntry {
  return { text: `{"PutRequest":{"Item":${itemToText(item)}}}`, item };
}

export function deleteOf(key: Item): BatchEntry {
  return { text: `{"DeleteRequest":{"Key":${itemToText(key)}}}`, item: key };
}

/** Most puts and deletes in a BatchWriteItem. */
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
export async function sendBatch(dependencies: BatchDependencies, batch: readonly BatchEntry[]): Promise<void> {
  let left = batch;
  for (let attempt = 1; left.length > 0; attempt += 1) {
    let unprocessed: readonly BatchEntry[];
    try {
      unprocessed = await sendOnce(dependencies, left);
    } catch (error) {
      if (!isFailure(error, 'refused')) throw withItems(dependencies, left, error);
      return sendInHalves(dependencies, left, error);
    }
    if (unprocessed.length === 0) return;
    dependencies.requests.unprocessed();
    if (unprocessed.length < left.length) attempt = 1;
    const rule = retryRules.throttled;
    if (attempt >= rule.attempts) throw throttled(dependencies, unprocessed);
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
  batch: readonly BatchEntry[],
  error: unknown,
): Promise<void> {
  const [only] = batch;
  if (batch.length === 1 && only !== undefined) {
    const why = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    throw refused(dependencies.table, only.item, dependencies.storedKey, `DynamoDB refused it: ${why}`, error);
  }
  const half = Math.ceil(batch.length / 2);
  await sendBatch(dependencies, batch.slice(0, half));
  await sendBatch(dependencies, batch.slice(half));
}

/** What the engine did not process. */
async function sendOnce(dependencies: BatchDependencies, batch: readonly BatchEntry[]): Promise<BatchEntry[]> {
  const { client, requests, table, physical, fence, signal, spend } = dependencies;
  const texts = batch.map(({ text }) => text).join(',');
  const body = `{"RequestItems":{"${physical}":[${texts}]},"ReturnConsumedCapacity":"TOTAL"}`;
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
    const command = new BatchWriteItemCommand({ RequestItems: { [physical]: [] } });
    const written = await sendWire(client, command, body, abortSignal);
    // Every real answer says what is unprocessed, be it nothing: without, nothing was acknowledged.
    if (written.UnprocessedItems === undefined) throw emptyAnswer();
    return written;
  });
  spend({ requests: 0, readUnits: 0, writeUnits: unitsOf(answer) });
  return Object.values(answer.UnprocessedItems ?? {})
    .flat()
    .map(entryOf);
}

/** The JSON comes first: decoding changes the request in place. */
function entryOf(request: WireRequest): BatchEntry {
  const text = JSON.stringify(request);
  return { text, item: decodeItem(request.PutRequest?.Item ?? request.DeleteRequest?.Key ?? {}).item };
}

function throttled(dependencies: BatchDependencies, left: readonly BatchEntry[]): ThrottledError {
  return new ThrottledError(`table "${dependencies.table}" is throttled: ${notWritten(dependencies, left)}`);
}

/** The same kind of error, which says what is not known to be written. */
function withItems(dependencies: BatchDependencies, left: readonly BatchEntry[], error: unknown): unknown {
  const known = error instanceof ThrottledError ? ThrottledError : StoreUnavailableError;
  if (!(error instanceof known)) return error;
  return new known(`${error.message}; ${notWritten(dependencies, left)}`, { cause: error.cause });
}

function notWritten({ storedKey }: BatchDependencies, left: readonly BatchEntry[]): string {
  const keys = left.slice(0, 3).map(({ item }) => keyText(item, storedKey));
  return `${left.length} items were not acknowledged, ${keys.join(', ')}${left.length > 3 ? ', ...' : ''}`;
}
