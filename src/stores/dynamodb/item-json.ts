import type { AttributeValue, Item } from '../item.js';

/**
 * Items on the wire. The SDK's own serialisation costs more than all the rest of a copy, and on reading it loses the
 * value of an attribute named `__proto__`; the wire format is simple: JSON with binaries in base64.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.LowLevelAPI.html
 */
export type WireItem = Record<string, WireValue>;

/** One of these members is there. */
export interface WireValue {
  S?: string;
  N?: string;
  B?: string;
  BOOL?: boolean;
  NULL?: true;
  M?: WireItem;
  L?: WireValue[];
  SS?: string[];
  NS?: string[];
  BS?: string[];
}

/** An item, or a key, as JSON text. */
export function itemToText(item: Item): string {
  let text = '{';
  for (const name in item) {
    const value = item[name];
    if (value === undefined) continue;
    text += `${text.length === 1 ? '' : ','}${JSON.stringify(name)}:${valueToText(value)}`;
  }
  return `${text}}`;
}

function valueToText(value: AttributeValue): string {
  if ('S' in value) return `{"S":${JSON.stringify(value.S)}}`;
  if ('N' in value) return `{"N":${JSON.stringify(value.N)}}`;
  if ('B' in value) return `{"B":"${toBase64(value.B)}"}`;
  if ('M' in value) return `{"M":${itemToText(value.M)}}`;
  if ('L' in value) return `{"L":[${value.L.map(valueToText).join(',')}]}`;
  if ('BS' in value) return `{"BS":[${value.BS.map((bytes) => `"${toBase64(bytes)}"`).join(',')}]}`;
  // Booleans, nulls and the other sets are JSON as they are.
  return JSON.stringify(value);
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

/**
 * Makes a parsed item the item it stands for, in place: a table has millions of them. Returns its size as DynamoDB counts
 * it: names and strings in UTF-8, numbers about half a byte a digit and one, three bytes for a list or map and one for
 * each of its members.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
export function decodeItem(wire: WireItem): { item: Item; sizeBytes: number } {
  const sizeBytes = decodeMembers(wire);
  return { item: wire as unknown as Item, sizeBytes };
}

function decodeMembers(wire: WireItem): number {
  let size = 0;
  for (const name in wire) {
    const value = wire[name];
    if (value !== undefined) size += textSize(name) + decodeValue(value);
  }
  return size;
}

/** `AttributeValue`s and the wire differ in nothing but binaries. */
type Decoded = { -readonly [Type in 'B' | 'BS']?: unknown };

function decodeValue(value: WireValue): number {
  if (value.S !== undefined) return textSize(value.S);
  if (value.N !== undefined) return numberSize(value.N);
  if (value.B !== undefined) {
    const bytes = fromBase64(value.B);
    (value as Decoded).B = bytes;
    return bytes.length;
  }
  if (value.M !== undefined) return 3 + Object.keys(value.M).length + decodeMembers(value.M);
  if (value.L !== undefined) return value.L.reduce((size, member) => size + 1 + decodeValue(member), 3);
  if (value.SS !== undefined) return value.SS.reduce((size, member) => size + textSize(member), 0);
  if (value.NS !== undefined) return value.NS.reduce((size, member) => size + numberSize(member), 0);
  if (value.BS === undefined) return 1;
  const members = value.BS.map(fromBase64);
  (value as Decoded).BS = members;
  return members.reduce((size, member) => size + member.length, 0);
}

function fromBase64(text: string): Uint8Array {
  const bytes = Buffer.from(text, 'base64');
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
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
