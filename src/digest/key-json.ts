import { CorruptDataError } from '../errors.js';
import type { Json } from '../json.js';
import { parseJson } from '../parse-json.js';
import type { AttributeValue, ItemKey } from '../stores/item.js';
import { readableNumber } from './decimal.js';

/**
 * A key as people read it in a verdict and as documents keep it: strings as they are, numbers as `{"N": "12"}` (JSON's
 * own would lose digits), binaries as `{"B": "<base64>"}`. Keys that are equal by value give the same JSON text: names
 * are in order, numbers in one form.
 * Throws CorruptDataError for an attribute that no key can have.
 */
export function keyToJson(key: ItemKey): Json {
  const names = Object.keys(key).sort();
  return Object.fromEntries(names.map((name) => [name, attributeToJson(name, key[name])]));
}

/** The key again, its numbers equal by value. Throws CorruptDataError for what `keyToJson` cannot have given. */
export function keyFromJson(json: Json): ItemKey {
  if (!isObject(json)) throw new CorruptDataError(`a key must be a JSON object, not ${JSON.stringify(json)}`);
  return Object.fromEntries(Object.entries(json).map(([name, value]) => [name, attributeFromJson(name, value)]));
}

/** The JSON text of a key, which names it in candidates and verdicts. */
export function keyToText(key: ItemKey): string {
  return JSON.stringify(keyToJson(key));
}

/** What `keyToText` gave. Throws CorruptDataError for anything else. */
export function keyFromText(text: string): ItemKey {
  let json: Json;
  try {
    json = parseJson(text) as Json;
  } catch (cause) {
    throw new CorruptDataError(`a key must be JSON, not ${text}`, { cause });
  }
  return keyFromJson(json);
}

function attributeToJson(name: string, value: AttributeValue | undefined): Json {
  if (value !== undefined && 'S' in value) return value.S;
  if (value !== undefined && 'N' in value) return { N: readableNumber(value.N) };
  if (value !== undefined && 'B' in value) return { B: bytesOf(value.B).toString('base64') };
  throw new CorruptDataError(`key attribute "${name}" must be a string, a number or a binary`);
}

function attributeFromJson(name: string, json: Json): AttributeValue {
  if (typeof json === 'string') return { S: json };
  if (isObject(json) && Object.keys(json).length === 1) {
    if (typeof json['N'] === 'string') return { N: json['N'] };
    if (typeof json['B'] === 'string') return { B: new Uint8Array(Buffer.from(json['B'], 'base64')) };
  }
  throw new CorruptDataError(`key attribute "${name}" must be a string, {"N": ...} or {"B": ...}`);
}

function isObject(json: Json): json is { readonly [name: string]: Json } {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

function bytesOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
