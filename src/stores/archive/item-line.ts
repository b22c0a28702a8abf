import { parseJson } from '../../parse-json.js';
import { decodeItem, formatItem } from '../dynamodb-json.js';
import type { Item } from '../item.js';

/**
 * A line of an export's data file, without its line feed: `{"Item":{"id":{"S":"a"}}}`.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport.Output.html#S3DataExport.Output_Data
 */
export function formatItemLine(item: Item): string {
  return `{"Item":${formatItem(item)}}`;
}

/** An item and its size in DynamoDB's count. Throws an Error that says what is wrong with the line. */
export function parseItemLine(line: string): { item: Item; sizeBytes: number } {
  const parsed = parseJson(line);
  if (typeof parsed !== 'object' || parsed === null || !('Item' in parsed))
    throw new Error('it is no object with the field "Item"');
  return decodeItem(parsed.Item);
}
