import type {
  $Command,
  DynamoDBClient,
  DynamoDBClientResolvedConfig,
  ServiceInputTypes,
  ServiceOutputTypes,
} from '@aws-sdk/client-dynamodb';
import { parseJson } from '../../parse-json.js';
import type { WireItem } from './item-json.js';
import { emptyAnswer } from './retry-rules.js';

/** What the operations on items answer, as far as it is used. */
export interface WireAnswer {
  Items?: WireItem[];
  LastEvaluatedKey?: WireItem;
  Responses?: Record<string, WireItem[]>;
  UnprocessedKeys?: Record<string, { Keys?: WireItem[] }>;
  UnprocessedItems?: Record<string, WireRequest[]>;
  /** An object for Scan, a list for batches. */
  ConsumedCapacity?: WireCapacity | WireCapacity[];
}

export interface WireRequest {
  PutRequest?: { Item: WireItem };
  DeleteRequest?: { Key: WireItem };
}

interface WireCapacity {
  CapacityUnits?: number;
}

/**
 * Sends `body` as the request of `command` and parses the answer's JSON as it is; the SDK finds the endpoint, signs and
 * sends, and makes errors of what is refused. The command's own input is what the SDK needs for that, without items.
 * Throws for an answer without a body, which must never pass for one that lists nothing.
 */
export async function sendWire<Input extends ServiceInputTypes, Output extends ServiceOutputTypes>(
  client: DynamoDBClient,
  command: $Command<Input, Output, DynamoDBClientResolvedConfig>,
  body: string,
  abortSignal: AbortSignal,
): Promise<WireAnswer> {
  let answer: Buffer | undefined;
  command.middlewareStack.add(
    (next) => (args) => {
      (args.request as { body: unknown }).body = body;
      return next(args);
    },
    { name: 'carryoverRequestBody', step: 'serialize', priority: 'low' },
  );
  command.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const response = result.response as { statusCode: number; body: AsyncIterable<Uint8Array> | Uint8Array };
      if (response.statusCode < 300) {
        answer = await collected(response.body as AsyncIterable<Uint8Array>);
        response.body = noAnswer;
      }
      return result;
    },
    { name: 'carryoverAnswerBody', step: 'deserialize', priority: 'low' },
  );
  await client.send(command, { abortSignal });
  if (answer === undefined || answer.length === 0) throw emptyAnswer();
  return parseJson(answer.toString('utf8')) as WireAnswer;
}

/** The capacity units that an answer says it took. */
export function unitsOf({ ConsumedCapacity: consumed = [] }: WireAnswer): number {
  return [consumed].flat().reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
}

const noAnswer = Buffer.from('{}');

/** Rejects when the connection breaks before the body's announced end. */
async function collected(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}
