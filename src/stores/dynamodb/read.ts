import { type DynamoDBClient, ScanCommand, type ScanCommandOutput } from '@aws-sdk/client-dynamodb';
import type { Item, ItemKey } from '../item.js';
import type { Cursor, Page, ReadOptions, Segment } from '../store.js';
import { cursorAfter, endCursor, positionOf, scanRange } from './cursor.js';
import { itemSizeBytes } from './item-size.js';
import type { Requests } from './requests.js';
import { emptyAnswer } from './retry-rules.js';
import type { TableForm } from './table-form.js';

export interface ReadDependencies {
  readonly client: DynamoDBClient;
  readonly requests: Requests;
  readonly physical: string;
  readonly form: TableForm;
}

/**
 * The pages of a segment by Scan. The next page is asked for while the consumer works on one. A segment ends only where
 * an answer has no LastEvaluatedKey; a page may be empty and not be the last.
 */
export async function* readSegment(
  dependencies: ReadDependencies,
  segment: Segment,
  from: Cursor | undefined,
  options: ReadOptions,
): AsyncGenerator<Page, void, undefined> {
  const position = positionOf(from);
  if (position === 'end') return;
  const scan = (after: ItemKey | undefined): Promise<Scanned> => scanPage(dependencies, segment, after, options);
  let coming: Promise<Scanned> | undefined = scan(position.after);
  while (coming !== undefined) {
    const { answer, items, requests } = await coming;
    const next = answer.LastEvaluatedKey as ItemKey | undefined;
    coming = next === undefined ? undefined : scan(next);
    // A consumer that stops here never awaits what is coming: its failure is nobody's then.
    coming?.catch(() => undefined);
    yield page(dependencies.form, items, next, {
      requests,
      readUnits: answer.ConsumedCapacity?.CapacityUnits ?? 0,
      writeUnits: 0,
    });
  }
}

interface Scanned {
  readonly answer: ScanCommandOutput;
  readonly items: Item[];
  readonly requests: number;
}

async function scanPage(
  { client, requests, physical }: ReadDependencies,
  segment: Segment,
  after: ItemKey | undefined,
  { consistent = true, pageItems }: ReadOptions,
): Promise<Scanned> {
  const command = new ScanCommand({
    TableName: physical,
    ...scanRange(segment),
    ConsistentRead: consistent,
    ReturnConsumedCapacity: 'TOTAL',
    ...(after === undefined ? {} : { ExclusiveStartKey: after as Record<string, never> }),
    ...(pageItems === undefined ? {} : { Limit: pageItems }),
  });
  let sent = 0;
  const call = { operation: 'Scan', table: segment.table, beforeSend: () => (sent += 1) };
  const answer = await requests.send(call, async (abortSignal) => {
    const scanned = await client.send(command, { abortSignal });
    // An answer without a body would pass for an empty last page: Scan always has a list of items, be it empty.
    if (scanned.Items === undefined) throw emptyAnswer();
    return scanned;
  });
  return { answer, items: answer.Items as Item[], requests: sent };
}

/** Items are restored in place: they belong to nobody else, and a table holds millions of them. */
function page(form: TableForm, items: Item[], next: ItemKey | undefined, usage: Page['usage']): Page {
  let sizeBytes = 0;
  for (let at = 0; at < items.length; at += 1) {
    const item = items[at];
    if (item === undefined) continue;
    sizeBytes += itemSizeBytes(item);
    items[at] = form.restore(item);
  }
  return { items, cursor: next === undefined ? endCursor : cursorAfter(next), sizeBytes, usage };
}
