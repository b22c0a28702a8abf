import { InputError } from '../errors.js';
import { DynamodbKeyValueDriver } from '../kv/dynamodb-key-value-store.js';
import type { KeyValueDriver } from '../kv/key-value-driver.js';
import { MemoryKeyValueDriver } from '../kv/memory-key-value-store.js';
import { PostgresKeyValueDriver } from '../kv/postgres-key-value-store.js';
import type { OnThrottled } from './count-throttles.js';
import { createDynamodbClient } from './dynamodb/client.js';
import { ownTable, TableNames } from './dynamodb/table-names.js';
import { Connections, type StoreConnections } from './postgres/connections.js';
import { locationOf, type StoreUrl } from './store-url.js';

export interface KeyValueTable {
  readonly table: string;
  readonly requestTimeoutMs: number;
  /** The store's URL for people, where the one that is opened is not the one that was given. */
  readonly location?: string;
  /** Those of the store in PostgreSQL, where they are shared with it. */
  readonly connections?: StoreConnections | undefined;
  readonly onThrottled?: OnThrottled | undefined;
}

/**
 * The driver of a service's own key-value store in a store; sends nothing yet. Throws InputError for a store that holds
 * none, and for a table that cannot be.
 */
export function openKeyValueDriver(url: StoreUrl, options: KeyValueTable): KeyValueDriver {
  const { table, requestTimeoutMs, location = locationOf(url) } = options;
  switch (url.kind) {
    case 'dynamodb': {
      refuse(new TableNames(url.prefix, location).faults(table));
      const client = createDynamodbClient({ ...url, requestTimeoutMs, onThrottled: options.onThrottled });
      return new DynamodbKeyValueDriver({
        ...{ client, ownsClient: true, table: url.prefix + table, requestTimeoutMs },
        location: `table "${table}" of ${location}`,
      });
    }
    case 'postgres': {
      refuse(postgresNameFaults(table));
      const { schema, connectionString: connection } = url;
      const shared = options.connections?.writing.inTurn;
      const pool = shared ?? new Connections({ connection, schema, location, requestTimeoutMs }, 'write');
      return new PostgresKeyValueDriver({
        ...{ pool, ownsPool: shared === undefined, schema, table, requestTimeoutMs },
        location: `table "${table}" of ${location}`,
      });
    }
    case 'memory':
      return new MemoryKeyValueDriver();
    default:
      throw new InputError([
        { field: 'store', message: `${location} holds no key-value store: give a dynamodb:, postgres: or memory: URL` },
      ]);
  }
}

/** PostgreSQL cuts longer names without a word. */
const longestNameBytes = 63;

function postgresNameFaults(table: string): { field: string; message: string }[] {
  const field = `table "${table}"`;
  if (table === ownTable) return [{ field, message: "is Carryover's own table: give it another name" }];
  const sizeBytes = Buffer.byteLength(table);
  if (sizeBytes >= 1 && sizeBytes <= longestNameBytes && !table.includes('\u0000')) return [];
  return [{ field, message: `a name in PostgreSQL has 1 to ${longestNameBytes} bytes; this one has ${sizeBytes}` }];
}

function refuse(faults: readonly { field: string; message: string }[]): void {
  if (faults.length > 0) throw new InputError(faults);
}
