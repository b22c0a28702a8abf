import type { AttributeValue, Item } from '../item.js';

/** A deep copy, so that what a caller changes later changes nothing in the store. */
export function copyItem(item: Item): Item {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, copyValue(value)]));
}

function copyValue(value: AttributeValue): AttributeValue {
  if ('B' in value) return { B: Uint8Array.from(value.B) };
  if ('BS' in value) return { BS: value.BS.map((bytes) => Uint8Array.from(bytes)) };
  if ('M' in value) return { M: copyItem(value.M) };
  if ('L' in value) return { L: value.L.map(copyValue) };
  if ('SS' in value) return { SS: [...value.SS] };
  if ('NS' in value) return { NS: [...value.NS] };
  return { ...value };
}

/**
 * The size as DynamoDB counts it: names and strings in UTF-8, numbers half a byte a digit and one, three bytes for a list
 * or map and one for each of its members.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
export function itemSizeBytes(item: Item): number {
  return Object.entries(item).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + valueSizeBytes(value), 0);
}

function valueSizeBytes(value: AttributeValue): number {
  if ('S' in value) return Buffer.byteLength(value.S);
  if ('N' in value) return numberSizeBytes(value.N);
  if ('B' in value) return value.B.length;
  if ('M' in value) return 3 + Object.keys(value.M).length + itemSizeBytes(value.M);
  if ('L' in value) return value.L.reduce((sum, member) => sum + 1 + valueSizeBytes(member), 3);
  if ('SS' in value) return value.SS.reduce((sum, member) => sum + Buffer.byteLength(member), 0);
  if ('NS' in value) return value.NS.reduce((sum, member) => sum + numberSizeBytes(member), 0);
  if ('BS' in value) return value.BS.reduce((sum, member) => sum + member.length, 0);
  return 1;
}

const numberSizeBytes = (text: string): number => Math.ceil(text.length / 2) + 1;
