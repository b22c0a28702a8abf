import { CorruptDataError } from '../errors.js';
import type { Json } from '../json.js';
import { parseJson } from '../parse-json.js';
import type { Attributes } from './ledger-client.js';

/** Reads typed attributes of one entry. Throws CorruptDataError, naming entry and attribute, for what is not as it must be. */
export class AttributeReader {
  constructor(private readonly attributes: Attributes) {}

  text(name: string): string {
    return this.maybeText(name) ?? this.#fail(name, 'a string');
  }

  maybeText(name: string): string | undefined {
    return this.#optional(name, (value) => value.S, 'a string');
  }

  number(name: string): number {
    return this.maybeNumber(name) ?? this.#fail(name, 'a number');
  }

  maybeNumber(name: string): number | undefined {
    const text = this.#optional(name, (value) => value.N, 'a number');
    return text === undefined ? undefined : Number(text);
  }

  flag(name: string): boolean {
    return this.#optional(name, (value) => value.BOOL, 'true or false') ?? this.#fail(name, 'true or false');
  }

  maybeBytes(name: string): Uint8Array | undefined {
    return this.#optional(name, (value) => value.B, 'binary');
  }

  maybeMap(name: string): AttributeReader | undefined {
    const map = this.#optional(name, (value) => value.M, 'a map');
    return map === undefined ? undefined : new AttributeReader(map);
  }

  json(name: string): Json {
    const value = this.maybeJson(name);
    return value === undefined ? this.#fail(name, 'JSON text') : value;
  }

  /** Absent is undefined; the JSON text `null` is null. */
  maybeJson(name: string): Json | undefined {
    const text = this.maybeText(name);
    if (text === undefined) return undefined;
    try {
      return parseJson(text) as Json;
    } catch {
      return this.#fail(name, 'JSON text');
    }
  }

  #optional<Value>(
    name: string,
    pick: (value: Attributes[string]) => Value | undefined,
    form: string,
  ): Value | undefined {
    const value = this.attributes[name];
    if (value === undefined) return undefined;
    return pick(value) ?? this.#fail(name, form);
  }

  #fail(name: string, form: string): never {
    const { partition, entry } = this.attributes;
    const where = entry?.S === undefined ? '' : ` in entry "${entry.S}" of partition "${partition?.S ?? ''}"`;
    throw new CorruptDataError(`attribute "${name}"${where} of the ledger must be ${form}`);
  }
}

export function text(value: string): { S: string } {
  return { S: value };
}

export function number(value: number): { N: string } {
  return { N: String(value) };
}

/** JSON is kept as text: a map of attributes would lose numbers' spelling, and could not hold an empty name. */
export function json(value: Json): { S: string } {
  return { S: JSON.stringify(value) };
}

/** An error's name and message; what an engine says can be long. */
export function failure({ name, message }: { name: string; message: string }): { M: Attributes } {
  return { M: { name: text(name), message: text(message.slice(0, 2_000)) } };
}
