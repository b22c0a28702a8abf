import {
  create,
  fromBinary,
  toBinary,
  type DescMessage,
  type MessageInitShape,
  type MessageShape,
} from '@bufbuild/protobuf';
import { CorruptDataError, PredicateFailedError } from '../errors.js';
import type { Entry, KeyValueStore, Predicate } from './key-value-store.js';
import { isVacant } from './linked-vacancy.js';
import type { RetryOptions } from './retry-policy.js';
import { readableBytes } from './stored-form.js';
import { update } from './update.js';

/** A message as it was read, with what `setIf` compares. */
export interface MessageEntry<S extends DescMessage> {
  readonly message: MessageShape<S>;
  readonly predicate: Predicate;
}

/** The new message, which may be the given one changed, or undefined to leave the entry as it is. May be called several times. */
export type MessageChange<S extends DescMessage> = (
  message: MessageShape<S> | undefined,
) => MessageInitShape<S> | undefined | Promise<MessageInitShape<S> | undefined>;

/**
 * The messages of one type in one partition. Keys given as strings are their UTF-8 bytes. Fields that the schema does not
 * know, written by a newer one, stay in a message that is read, changed and written. Whatever reads an entry that is not
 * such a message throws CorruptDataError, which names partition, key and type.
 */
export interface Messages<S extends DescMessage> {
  /** The message, or undefined when there is none. */
  get(key: Uint8Array | string): Promise<MessageEntry<S> | undefined>;
  /** Writes whatever is there. */
  set(key: Uint8Array | string, message: MessageInitShape<S>): Promise<void>;
  /** As the store's `setIf`: throws PredicateFailedError and OutcomeUnknownError. `undefined`: only if there is no message. */
  setIf(key: Uint8Array | string, message: MessageInitShape<S>, predicate: Predicate | undefined): Promise<Predicate>;
  /** Removes the message; an absent one is no error. */
  delete(key: Uint8Array | string): Promise<void>;
  /** The messages in byte order of the key, from `from` (inclusive) on. */
  scan(from?: Uint8Array | string): AsyncIterable<{ readonly key: Uint8Array; readonly message: MessageShape<S> }>;
  /** As `update`: reads, changes, writes and tries again, so that the change is applied once. Returns what is there then. */
  update(
    key: Uint8Array | string,
    change: MessageChange<S>,
    options?: RetryOptions,
  ): Promise<MessageEntry<S> | undefined>;
}

/** Typed access to the messages of one partition. */
export function messages<S extends DescMessage>(
  store: KeyValueStore,
  schema: S,
  partition: Uint8Array | string,
): Messages<S> {
  return new PartitionMessages(store, schema, toBytes(partition));
}

class PartitionMessages<S extends DescMessage> implements Messages<S> {
  constructor(
    readonly store: KeyValueStore,
    readonly schema: S,
    readonly partition: Uint8Array,
  ) {}

  async get(key: Uint8Array | string): Promise<MessageEntry<S> | undefined> {
    return this.#entry(toBytes(key), await this.store.get(this.partition, toBytes(key)));
  }

  async set(key: Uint8Array | string, message: MessageInitShape<S>): Promise<void> {
    await this.store.set(this.partition, toBytes(key), this.#value(message));
  }

  async setIf(
    key: Uint8Array | string,
    message: MessageInitShape<S>,
    predicate: Predicate | undefined,
  ): Promise<Predicate> {
    const value = this.#value(message);
    try {
      return await this.store.setIf(this.partition, toBytes(key), value, predicate);
    } catch (error) {
      if (predicate !== undefined || !(error instanceof PredicateFailedError)) throw error;
      const found = await this.store.get(this.partition, toBytes(key));
      if (found === undefined || !isVacant(found.value)) throw error;
      return this.store.setIf(this.partition, toBytes(key), value, found.predicate);
    }
  }

  async delete(key: Uint8Array | string): Promise<void> {
    await this.store.delete(this.partition, toBytes(key));
  }

  async *scan(from: Uint8Array | string = ''): AsyncGenerator<{ key: Uint8Array; message: MessageShape<S> }> {
    for await (const { key, value } of this.store.scan(this.partition, toBytes(from))) {
      const message = this.#message(key, value);
      if (message !== undefined) yield { key, message };
    }
  }

  async update(
    key: Uint8Array | string,
    change: MessageChange<S>,
    options: RetryOptions = {},
  ): Promise<MessageEntry<S> | undefined> {
    const at = toBytes(key);
    const changeValue = async (value: Uint8Array | undefined): Promise<Uint8Array | undefined> => {
      const message = await change(value && this.#message(at, value));
      return message && this.#value(message);
    };
    return this.#entry(at, await update(this.store, this.partition, at, changeValue, options));
  }

  #entry(key: Uint8Array, entry: Entry | undefined): MessageEntry<S> | undefined {
    const message = entry && this.#message(key, entry.value);
    return entry && message && { message, predicate: entry.predicate };
  }

  #message(key: Uint8Array, value: Uint8Array): MessageShape<S> | undefined {
    if (isVacant(value)) return undefined;
    try {
      return fromBinary(this.schema, value);
    } catch (error) {
      const where = `the entry ${readableBytes(key)} of partition ${readableBytes(this.partition)}`;
      const reason = error instanceof Error ? error.message : String(error);
      throw new CorruptDataError(`${where} is not a message ${this.schema.typeName}: ${reason}`, { cause: error });
    }
  }

  #value(message: MessageInitShape<S>): Uint8Array {
    return toBinary(this.schema, create(this.schema, message));
  }
}

/** Throws TypeError for half of a surrogate pair, which UTF-8 would make the same as any other half. */
function toBytes(text: Uint8Array | string): Uint8Array {
  if (typeof text !== 'string') return text;
  if (!text.isWellFormed())
    throw new TypeError(`${JSON.stringify(text)} has half of a surrogate pair: it is no Unicode`);
  return new TextEncoder().encode(text);
}
