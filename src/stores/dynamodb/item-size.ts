import type { AttributeValue, Item } from '../item.js';

/**
 * The size of an item as DynamoDB counts it: names and strings in UTF-8, numbers about half a byte a digit and one, three
 * bytes for a list or map and one for each of its members.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
export function itemSizeBytes(item: Item): number {
  let size = 0;
  for (const name in item) {
    const value = item[name];
    if (value !== undefined) size += textSize(name) + valueSize(value);
  }
  return size;
}

function valueSize(value: AttributeValue): number {
  if ('S' in value) return textSize(value.S);
  if ('N' in value) return numberSize(value.N);
  if ('B' in value) return value.B.length;
  if ('BOOL' in value || 'NULL' in value) return 1;
  if ('M' in value) return 3 + Object.keys(value.M).length + itemSizeBytes(value.M);
  if ('L' in value) return value.L.reduce((size, member) => size + 1 + valueSize(member), 3);
  if ('SS' in value) return value.SS.reduce((size, member) => size + textSize(member), 0);
  if ('NS' in value) return value.NS.reduce((size, member) => size + numberSize(member), 0);
  return value.BS.reduce((size, member) => size + member.length, 0);
}

/** Attribute names and short values are most of what is measured: a loop beats the call into `Buffer` for them. */
const shortText = 24;

function textSize(text: string): number {
  if (text.length > shortText) return Buffer.byteLength(text, 'utf8');
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) > 127) return Buffer.byteLength(text, 'utf8');
  return text.length;
}

function numberSize(text: string): number {
  return (text.length >> 1) + (text.startsWith('-') ? 2 : 1);
}
