import {
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  type $Command,
  type AttributeValue,
  type DynamoDBClient,
  type DynamoDBClientResolvedConfig,
  type ServiceInputTypes,
  type ServiceOutputTypes,
} from '@aws-sdk/client-dynamodb';
import { CorruptDataError } from '../errors.js';
import { systemClock } from '../system-clock.js';
import { checkedStore } from './checked-store.js';
import { ensureKeyValueTable, type TablePlace } from './dynamodb-key-value-table.js';
import { isMissingTable, sendOnce } from './dynamodb-requests.js';
import {
  NotSentError,
  type DriverPage,
  type KeyValueDriver,
  type PageStart,
  type StoredEntry,
} from './key-value-driver.js';
import type { KeyValueStore } from './key-value-store.js';
import type { RetryOptions } from './retry-policy.js';
import { fromStoredForm, readableBytes } from './stored-form.js';

export interface DynamodbKeyValueStoreOptions extends RetryOptions {
  readonly client: DynamoDBClient;
  readonly table: string;
  /** The store for people, in errors: without secrets. Default: the table's name. */
  readonly location?: string;
  /** Whether closing the store destroys the client too. Default false. */
  readonly ownsClient?: boolean;
  /** How long one request may take before it counts as lost. Default 5,000. */
  readonly requestTimeoutMs?: number;
  /** The most entries of a page of a scan. Default: as many as fit into 1 MB, DynamoDB's own limit. */
  readonly pageEntries?: number;
}

/**
 * A key-value store in a DynamoDB table with the binary hash key `partition`, the binary range key `key`, `value` (B) and
 * `writes` (a list of the last write ids, newest first). The first write makes the table where it is missing.
 */
export function openDynamodbKeyValueStore(options: DynamodbKeyValueStoreOptions): KeyValueStore {
  return checkedStore(new DynamodbKeyValueDriver(options), options);
}

export class DynamodbKeyValueDriver implements KeyValueDriver {
  readonly location: string;
  readonly #place: TablePlace;

  constructor(readonly options: DynamodbKeyValueStoreOptions) {
    this.location = options.location ?? `DynamoDB table "${options.table}"`;
    this.#place = {
      client: options.client,
      table: options.table,
      location: this.location,
      requestTimeoutMs: options.requestTimeoutMs ?? 5_000,
      clock: options.clock ?? systemClock,
    };
  }

  async read(partition: Uint8Array, key: Uint8Array): Promise<StoredEntry | undefined> {
    const { table: TableName } = this.#place;
    const request = new GetItemCommand({ TableName, Key: keyOf(partition, key), ConsistentRead: true });
    const answer = await this.#unlessMissing(() => this.#send(request));
    return answer?.Item && this.#entryOf(answer.Item, partition, key);
  }

  async write(partition: Uint8Array, key: Uint8Array, entry: StoredEntry): Promise<void> {
    const { table: TableName } = this.#place;
    const Item = itemOf(partition, key, entry);
    await this.#withTable(() => this.#send(new PutItemCommand({ TableName, Item })));
  }

  async writeIf(
    partition: Uint8Array,
    key: Uint8Array,
    entry: StoredEntry,
    expected: string | undefined,
  ): Promise<boolean> {
    const put = { TableName: this.#place.table, Item: itemOf(partition, key, entry) };
    try {
      if (expected === undefined) {
        const names = { ExpressionAttributeNames: { '#key': 'key' } };
        const condition = { ConditionExpression: 'attribute_not_exists(#key)', ...names };
        await this.#withTable(() => this.#send(new PutItemCommand({ ...put, ...condition })));
        return true;
      }
      const request = new PutItemCommand({
        ...put,
        ConditionExpression: '#writes[0] = :expected',
        ExpressionAttributeNames: { '#writes': 'writes' },
        ExpressionAttributeValues: { ':expected': { S: expected } },
      });
      return (await this.#unlessMissing(() => this.#send(request))) !== undefined;
    } catch (error) {
      if (error instanceof Error && error.name === 'ConditionalCheckFailedException') return false;
      throw error;
    }
  }

  async remove(partition: Uint8Array, key: Uint8Array): Promise<void> {
    const request = new DeleteItemCommand({ TableName: this.#place.table, Key: keyOf(partition, key) });
    await this.#unlessMissing(() => this.#send(request));
  }

  async page(partition: Uint8Array, start: PageStart): Promise<DriverPage> {
    const { pageEntries } = this.options;
    const request = new QueryCommand({
      TableName: this.#place.table,
      ConsistentRead: true,
      KeyConditionExpression: `#partition = :partition AND #key ${start.inclusive ? '>=' : '>'} :key`,
      ProjectionExpression: '#key, #value',
      ExpressionAttributeNames: { '#partition': 'partition', '#key': 'key', '#value': 'value' },
      ExpressionAttributeValues: { ':partition': { B: partition }, ':key': { B: start.key } },
      ...(pageEntries === undefined ? {} : { Limit: pageEntries }),
    });
    const answer = await this.#unlessMissing(() => this.#send(request));
    const entries = (answer?.Items ?? []).map((item) => ({
      key: this.#bytesOf(item, 'key', partition),
      value: this.#bytesOf(item, 'value', partition),
    }));
    const last = answer?.LastEvaluatedKey;
    return last === undefined ? { entries } : { entries, next: this.#bytesOf(last, 'key', partition) };
  }

  async close(): Promise<void> {
    if (this.options.ownsClient === true) this.options.client.destroy();
  }

  #send<Input extends ServiceInputTypes, Output extends ServiceOutputTypes>(
    request: $Command<Input, Output, DynamoDBClientResolvedConfig>,
  ): Promise<Output> {
    return sendOnce(this.#place.client, request, this.location, this.#place.requestTimeoutMs);
  }

  /** Undefined when the table is not there. */
  async #unlessMissing<T>(request: () => Promise<T>): Promise<T | undefined> {
    try {
      return await request();
    } catch (error) {
      if (isMissingTable(error)) return undefined;
      throw error;
    }
  }

  /** Makes the table where it is missing. One that was just made may still be unknown to a part of the engine. */
  async #withTable<T>(request: () => Promise<T>): Promise<T> {
    try {
      return await request();
    } catch (error) {
      if (!isMissingTable(error)) throw error;
    }
    await ensureKeyValueTable(this.#place);
    try {
      return await request();
    } catch (error) {
      if (isMissingTable(error)) throw new NotSentError(`${this.location} is not ready yet`, { cause: error });
      throw error;
    }
  }

  #entryOf(item: Record<string, AttributeValue>, partition: Uint8Array, key: Uint8Array): StoredEntry {
    const writes = (item['writes']?.L ?? []).flatMap(({ S }) => S ?? []);
    if (writes.length === 0) throw this.#corrupt('writes', partition, key);
    return { value: this.#bytesOf(item, 'value', partition), writes };
  }

  #bytesOf(item: Record<string, AttributeValue>, name: 'key' | 'value', partition: Uint8Array): Uint8Array {
    const bytes = item[name]?.B;
    if (bytes === undefined) throw this.#corrupt(name, partition, item['key']?.B);
    return bytes;
  }

  #corrupt(name: string, partition: Uint8Array, key?: Uint8Array): CorruptDataError {
    const readable = [partition, ...(key === undefined ? [] : [key])].map((bytes) =>
      readableBytes(fromStoredForm(bytes)),
    );
    return new CorruptDataError(`${this.location} has an entry without "${name}" at ${readable.join(', ')}`);
  }
}

function keyOf(partition: Uint8Array, key: Uint8Array): Record<string, AttributeValue> {
  return { partition: { B: partition }, key: { B: key } };
}

function itemOf(partition: Uint8Array, key: Uint8Array, entry: StoredEntry): Record<string, AttributeValue> {
  return {
    ...keyOf(partition, key),
    value: { B: entry.value },
    writes: { L: entry.writes.map((id) => ({ S: id })) },
  };
}
