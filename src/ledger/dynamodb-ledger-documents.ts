import { StoreUnavailableError } from '../errors.js';
import type { Json } from '../json.js';
import { AttributeReader, text } from './attributes.js';
import { replaceEntry } from './conditional-write.js';
import type { Attributes, EntryKey, LedgerClient } from './ledger-client.js';
import { isoTime } from './unit-entry.js';

/** A quarter below DynamoDB's 400 KB an item, so that names and what is beside the body always fit. */
export const mostDocumentBytes = 300 * 1024;

const prefixOfEntries = 'document ';
const mostTries = 10;

/** Documents of attempts and runs: what is read whole and written by one at a time. */
export class DynamodbLedgerDocuments {
  constructor(private readonly client: LedgerClient) {}

  /** The last writer wins; but a request that was given up and arrives after its successor does not. */
  async put(scope: string, name: string, body: Json): Promise<void> {
    await this.#replace(scope, name, undefined, () => body);
  }

  /** Each try changes what is stored then. */
  async change(scope: string, name: string, change: (body: Json | undefined) => Json): Promise<Json> {
    const stored = await this.client.get(documentKey(scope, name));
    return await this.#replace(scope, name, stored, change);
  }

  async #replace(
    scope: string,
    name: string,
    expected: Attributes | undefined,
    change: (body: Json | undefined) => Json,
  ): Promise<Json> {
    let stored = expected;
    for (let tries = 1; tries <= mostTries; tries += 1) {
      const body = change(stored === undefined ? undefined : new AttributeReader(stored).json('body'));
      const attributes = this.#attributes(scope, name, body);
      const outcome = await replaceEntry(this.client, documentKey(scope, name), stored, attributes);
      if (outcome.written) return body;
      stored = outcome.stored;
    }
    throw new StoreUnavailableError(`document "${name}" of ${scope} was not written: others write it all the time`);
  }

  #attributes(scope: string, name: string, body: Json): Attributes {
    const json = JSON.stringify(body);
    const sizeBytes = Buffer.byteLength(json);
    if (sizeBytes > mostDocumentBytes) {
      throw new RangeError(
        `document "${name}" of ${scope} has ${sizeBytes} bytes; the ledger takes ${mostDocumentBytes}`,
      );
    }
    return { scope: text(scope), name: text(name), body: text(json), updatedAt: text(this.#now()) };
  }

  async document(scope: string, name: string): Promise<Json | undefined> {
    const stored = await this.client.get(documentKey(scope, name));
    return stored === undefined ? undefined : new AttributeReader(stored).json('body');
  }

  async *documents(scope: string, prefix: string): AsyncIterable<{ name: string; body: Json }> {
    const { partition, entry } = documentKey(scope, prefix);
    const entries = this.client.query({
      KeyConditionExpression: '#partition = :partition AND begins_with(#entry, :prefix)',
      ExpressionAttributeNames: { '#partition': 'partition', '#entry': 'entry' },
      ExpressionAttributeValues: { ':partition': text(partition), ':prefix': text(entry) },
    });
    for await (const stored of entries) {
      const reader = new AttributeReader(stored);
      yield { name: reader.text('name'), body: reader.json('body') };
    }
  }

  #now(): string {
    return isoTime(this.client.clock.now());
  }
}

function documentKey(scope: string, name: string): EntryKey {
  return { partition: `${scope}/documents`, entry: prefixOfEntries + name };
}
