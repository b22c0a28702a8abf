import { ItemRefusedError } from '../../errors.js';
import type { AttributeValue, Item } from '../item.js';
import type { KeyColumn } from '../store.js';

/** An error that names table and key of an item and says why it cannot be written. */
export function refused(
  table: string,
  item: Item,
  key: readonly Pick<KeyColumn, 'name'>[],
  why: string,
  cause?: unknown,
): ItemRefusedError {
  const message = `table "${table}" cannot take the item ${keyText(item, key)}: ${why}`;
  return new ItemRefusedError(message, cause === undefined ? {} : { cause });
}

/** Enough of a key to find the item by; the longest keys are 2 KB. */
const longestText = 300;

/** The key attributes of an item for people: `{"id":"a","line":{"N":"1"}}`, whatever their types are. */
export function keyText(item: Item, key: readonly Pick<KeyColumn, 'name'>[]): string {
  const parts = key.map(({ name }) => {
    const value = item[name];
    return `${JSON.stringify(name)}:${value === undefined ? 'nothing' : valueText(value)}`;
  });
  const text = `{${parts.join(',')}}`;
  return text.length <= longestText ? text : `${text.slice(0, longestText)}...`;
}

function valueText(value: AttributeValue): string {
  if ('S' in value) return JSON.stringify(value.S);
  if ('B' in value) return JSON.stringify({ B: Buffer.from(value.B).toString('base64') });
  if ('N' in value) return JSON.stringify(value);
  return `a value of type ${Object.keys(value).join()}`;
}
