import {
  BatchWriteItemCommand,
  ScanCommand,
  type AttributeValue,
  type BatchWriteItemCommandOutput,
  type DynamoDBClient,
  type ScanCommandOutput,
} from '@aws-sdk/client-dynamodb';
import pMap from 'p-map';

export interface BareCopyOptions {
  readonly from: string;
  readonly to: string;
  readonly segments: number;
  /** Batches in flight for each segment. */
  readonly writers: number;
}

/**
 * The peer: a parallel Scan and BatchWriteItem with the SDK, no checkpoint, no validation. It retries what was not
 * processed, since a loop that loses items is no peer. Returns the items that were written.
 */
export async function bareCopy(client: DynamoDBClient, options: BareCopyOptions): Promise<number> {
  const segments = Array.from({ length: options.segments }, (_, segment) => segment);
  const counts = await pMap(segments, (segment) => copySegment(client, segment, options), {
    concurrency: options.segments,
  });
  return counts.reduce((sum, count) => sum + count, 0);
}

async function copySegment(client: DynamoDBClient, segment: number, options: BareCopyOptions): Promise<number> {
  let items = 0;
  let next: Promise<ScanCommandOutput> | undefined = scan(client, segment, options, undefined);
  while (next !== undefined) {
    const page: ScanCommandOutput = await next;
    // The next page is read while this one is written, as in Carryover.
    next = page.LastEvaluatedKey === undefined ? undefined : scan(client, segment, options, page.LastEvaluatedKey);
    const found = page.Items ?? [];
    const batches = Array.from({ length: Math.ceil(found.length / 25) }, (_, index) =>
      found.slice(index * 25, index * 25 + 25),
    );
    await pMap(batches, (batch) => write(client, options.to, batch), { concurrency: options.writers });
    items += found.length;
  }
  return items;
}

async function scan(
  client: DynamoDBClient,
  segment: number,
  { from, segments }: BareCopyOptions,
  start: Record<string, AttributeValue> | undefined,
): Promise<ScanCommandOutput> {
  const command = new ScanCommand({
    TableName: from,
    Segment: segment,
    TotalSegments: segments,
    ConsistentRead: true,
    ReturnConsumedCapacity: 'TOTAL',
    ExclusiveStartKey: start,
  });
  return await client.send(command);
}

async function write(client: DynamoDBClient, table: string, items: Record<string, AttributeValue>[]): Promise<void> {
  let left: Record<string, AttributeValue>[] = items;
  while (left.length > 0) {
    const command = new BatchWriteItemCommand({
      RequestItems: { [table]: requestsOf(left) },
      ReturnConsumedCapacity: 'TOTAL',
    });
    const answer: BatchWriteItemCommandOutput = await client.send(command);
    left = (answer.UnprocessedItems?.[table] ?? []).flatMap(({ PutRequest }) =>
      PutRequest?.Item ? [PutRequest.Item] : [],
    );
  }
}

function requestsOf(
  items: Record<string, AttributeValue>[],
): { PutRequest: { Item: Record<string, AttributeValue> } }[] {
  return items.map((Item) => ({ PutRequest: { Item } }));
}

/** The read units of one scan of a table, strongly consistent. */
export async function scanUnits(client: DynamoDBClient, table: string): Promise<number> {
  let units = 0;
  let start: Record<string, AttributeValue> | undefined;
  do {
    const page: ScanCommandOutput = await scan(client, 0, { from: table, to: '', segments: 1, writers: 1 }, start);
    units += page.ConsumedCapacity?.CapacityUnits ?? 0;
    start = page.LastEvaluatedKey;
  } while (start !== undefined);
  return units;
}
