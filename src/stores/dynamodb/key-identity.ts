import { canonicalNumber } from '../../digest/decimal.js';
import type { Item } from '../item.js';
import type { KeyColumn } from '../store.js';
import { refused } from './refused-item.js';

/** Limits of DynamoDB in bytes: of a hash key, and of a range key. */
const longestKeyBytes = [2048, 1024] as const;

/**
 * A text that is the same for two stored items exactly when their keys are the same to DynamoDB (`1.0` is `1`). Throws
 * ItemRefusedError when a key attribute is not there, of another type, empty or too long.
 */
export function keyIdentity(table: string, item: Item, key: readonly KeyColumn[]): string {
  let identity = '';
  for (let at = 0; at < key.length; at += 1) {
    const column = key[at];
    if (column === undefined) break;
    const text = columnText(table, item, column, longestKeyBytes[at === 0 ? 0 : 1]);
    identity = at === 0 ? text : `${identity.length}:${identity}${text}`;
  }
  return identity;
}

function columnText(table: string, item: Item, column: KeyColumn, longest: number): string {
  const { name, type } = column;
  const value = item[name];
  const fail = (why: string): Error => refused(table, item, [column], `key attribute "${name}" ${why}`);
  if (value !== undefined && type === 'S' && 'S' in value) {
    const { S: text } = value;
    if (text === '') throw fail('is an empty string');
    // At most three bytes a UTF-16 unit: most keys need no closer look.
    if (text.length * 3 > longest && Buffer.byteLength(text) > longest) throw fail(`has more than ${longest} bytes`);
    return text;
  }
  if (value !== undefined && type === 'B' && 'B' in value) {
    const { B: bytes } = value;
    if (bytes.length === 0) throw fail('is an empty binary');
    if (bytes.length > longest) throw fail(`has more than ${longest} bytes`);
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  }
  if (value !== undefined && type === 'N' && 'N' in value) {
    const number = canonicalNumber(value.N);
    if (number === undefined) throw fail(`is no number: ${value.N}`);
    return number;
  }
  throw fail(value === undefined ? 'is not there' : `is of type ${Object.keys(value).join()}, not ${type}`);
}
