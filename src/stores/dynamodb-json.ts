import { parseJson } from '../parse-json.js';
import type { AttributeValue, Item } from './item.js';

/**
 * Items as DynamoDB JSON: `{"id":{"S":"a"},"n":{"N":"1"},"b":{"B":"base64"}}`, as archives and PostgreSQL keep them.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport.Output.html#S3DataExport.Output_Data
 *
 * parseJson makes own properties of all names, `__proto__` too, and JSON.stringify writes each own property and each
 * lone surrogate (as an escape), so that hostile names and any Unicode pass. Only binaries need a conversion.
 */
export function formatItem(item: Item): string {
  return JSON.stringify(hasBinary(Object.values(item)) ? encodeMap(item) : item);
}

/** An item and its size in DynamoDB's count. Throws an Error that says what is wrong with the text. */
export function parseItem(text: string): { item: Item; sizeBytes: number } {
  return decodeItem(parseJson(text));
}

/** The same of a text that was parsed by `parseJson`, which becomes the item. */
export function decodeItem(parsed: unknown): { item: Item; sizeBytes: number } {
  if (!isMap(parsed)) throw new Error('it is no object');
  const sizeBytes = decodeMap(parsed);
  return { item: parsed as Item, sizeBytes };
}

function hasBinary(values: readonly AttributeValue[]): boolean {
  return values.some((value) => {
    if ('B' in value || 'BS' in value) return true;
    if ('M' in value) return hasBinary(Object.values(value.M));
    return 'L' in value && hasBinary(value.L);
  });
}

function encodeMap(map: Readonly<Record<string, AttributeValue>>): unknown {
  return Object.fromEntries(Object.entries(map).map(([name, value]) => [name, encode(value)]));
}

function encode(value: AttributeValue): unknown {
  if ('B' in value) return { B: base64(value.B) };
  if ('BS' in value) return { BS: value.BS.map(base64) };
  if ('M' in value) return { M: encodeMap(value.M) };
  if ('L' in value) return { L: value.L.map(encode) };
  return value;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

type Parsed = Record<string, unknown>;

function isMap(value: unknown): value is Parsed {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Checks the values of a map and turns their binaries into bytes, in place. Returns its size. */
function decodeMap(map: Parsed): number {
  let sizeBytes = 0;
  for (const name of Object.keys(map)) sizeBytes += Buffer.byteLength(name) + decode(map[name]);
  return sizeBytes;
}

/** DynamoDB's count: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html */
function decode(value: unknown): number {
  if (!isMap(value)) throw new Error('a value is no object that names its type');
  const types = Object.keys(value);
  const type = types[0];
  if (types.length !== 1 || type === undefined) throw new Error(`a value has ${types.length} types`);
  const content = value[type];
  switch (type) {
    case 'S':
      return Buffer.byteLength(text(content));
    case 'N':
      return numberSize(content);
    case 'B':
      value[type] = bytes(content);
      return (value[type] as Uint8Array).byteLength;
    case 'BOOL':
      if (typeof content !== 'boolean') throw new Error('a BOOL is no boolean');
      return 1;
    case 'NULL':
      if (content !== true) throw new Error('a NULL is not true');
      return 1;
    default:
      return 3 + decodeMany(value, type, content);
  }
}

/** What holds many values: maps, lists and sets. */
function decodeMany(value: Parsed, type: string, content: unknown): number {
  if (type === 'M' && isMap(content)) return Object.keys(content).length + decodeMap(content);
  if (!Array.isArray(content)) throw new Error(`a value is of the type "${type}" that is none, or does not fit it`);
  const elements: readonly unknown[] = content;
  switch (type) {
    case 'L':
      return sum(elements, (element) => 1 + decode(element));
    case 'SS':
      return sum(elements, (element) => Buffer.byteLength(text(element)));
    case 'NS':
      return sum(elements, numberSize);
    case 'BS': {
      const decoded = elements.map(bytes);
      value[type] = decoded;
      return sum(decoded, (element) => element.byteLength);
    }
    default:
      throw new Error(`a value is of the type "${type}", which is none`);
  }
}

function sum<T>(elements: readonly T[], sizeOf: (element: T) => number): number {
  return elements.reduce((total, element) => total + sizeOf(element), 0);
}

function text(content: unknown): string {
  if (typeof content !== 'string') throw new Error('a string is none');
  return content;
}

/** Two digits to a byte, and one more. Any text passes: what is no number is for the target to refuse. */
function numberSize(content: unknown): number {
  return Math.ceil(text(content).length / 2) + 1;
}

/** Node drops what is no base64 without a word; then there are fewer bytes than the text announces. */
function bytes(content: unknown): Uint8Array {
  const encoded = text(content);
  const decoded = Buffer.from(encoded, 'base64');
  const padding = encoded.endsWith('==') ? 2 : encoded.endsWith('=') ? 1 : 0;
  if (encoded.length % 4 !== 0 || decoded.byteLength !== (encoded.length / 4) * 3 - padding) {
    throw new Error('a binary is no base64');
  }
  return new Uint8Array(decoded);
}
