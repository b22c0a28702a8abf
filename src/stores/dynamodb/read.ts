import { type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import type { Item, ItemKey } from '../item.js';
import type { Cursor, Page, ReadOptions, Segment } from '../store.js';
import { cursorAfter, endCursor, positionOf, scanRange } from './cursor.js';
import { decodeItem, itemToText } from './item-json.js';
import type { Requests } from './requests.js';
import { emptyAnswer } from './retry-rules.js';
import type { TableForm } from './table-form.js';
import { sendWire, unitsOf, type WireAnswer } from './wire.js';

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
    const { answer, requests }: Scanned = await coming;
    const next: ItemKey | undefined =
      answer.LastEvaluatedKey === undefined ? undefined : decodeItem(answer.LastEvaluatedKey).item;
    coming = next === undefined ? undefined : scan(next);
    // A consumer that stops here never awaits what is coming: its failure is nobody's then.
    coming?.catch(() => undefined);
    yield {
      ...itemsOf(answer, dependencies.form),
      cursor: next === undefined ? endCursor : cursorAfter(next),
      usage: { requests, readUnits: unitsOf(answer), writeUnits: 0 },
    };
  }
}

interface Scanned {
  readonly answer: WireAnswer;
  readonly requests: number;
}

async function scanPage(
  { client, requests, physical }: ReadDependencies,
  segment: Segment,
  after: ItemKey | undefined,
  { consistent = true, pageItems }: ReadOptions,
): Promise<Scanned> {
  const input = {
    TableName: physical,
    ...scanRange(segment),
    ConsistentRead: consistent,
    ReturnConsumedCapacity: 'TOTAL' as const,
    ...(pageItems === undefined ? {} : { Limit: pageItems }),
  };
  const start = after === undefined ? '' : `,"ExclusiveStartKey":${itemToText(after)}`;
  const body = `${JSON.stringify(input).slice(0, -1)}${start}}`;
  let sent = 0;
  const call = { operation: 'Scan', table: segment.table, beforeSend: () => (sent += 1) };
  const answer = await requests.send(call, async (abortSignal) => {
    const scanned = await sendWire(client, new ScanCommand(input), body, abortSignal);
    // Scan always has a list of items, be it empty: an answer without would pass for the last page.
    if (scanned.Items === undefined) throw emptyAnswer();
    return scanned;
  });
  return { answer, requests: sent };
}

function itemsOf({ Items: wire = [] }: WireAnswer, form: TableForm): Pick<Page, 'items' | 'sizeBytes'> {
  let sizeBytes = 0;
  const items = wire.map((wireItem): Item => {
    const decoded = decodeItem(wireItem);
    sizeBytes += decoded.sizeBytes;
    return form.restore(decoded.item);
  });
  return { items, sizeBytes };
}
