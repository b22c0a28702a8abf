import { InputError } from '../errors.js';
import { openArchiveStore } from './archive/archive-store.js';
import { openDynamodbStore } from './dynamodb/dynamodb-store.js';
import type { OnThrottled } from './count-throttles.js';
import { openMemoryStore } from './memory/memory-store.js';
import { openPostgresStore } from './postgres/postgres-store.js';
import type { StoreConnections } from './postgres/connections.js';
import { locationOf, type StoreUrl } from './store-url.js';
import type { Store } from './store.js';

export interface OpenStoreOptions {
  readonly requestTimeoutMs: number;
  /** The store's URL for people, where the one that is opened is not the one that was given. */
  readonly location?: string;
  /** Those of a store in PostgreSQL, where others share them. */
  readonly connections?: StoreConnections | undefined;
  readonly onThrottled?: OnThrottled | undefined;
}

/**
 * Opens the store of a URL; sends nothing yet. Embedded engines are started by the local runtime, which then opens the
 * address that they answer at. Throws InputError for one that was not.
 */
export function openStore(url: StoreUrl, given: OpenStoreOptions): Store {
  const { requestTimeoutMs, location = locationOf(url), connections, onThrottled } = given;
  const options = { location, requestTimeoutMs };
  switch (url.kind) {
    case 'dynamodb':
      return openDynamodbStore({ ...url, ...options, onThrottled });
    case 'postgres':
      return openPostgresStore({
        ...{ connection: url.connectionString, schema: url.schema, ...options },
        ...(connections === undefined ? {} : { connections }),
      });
    case 'archive':
      return openArchiveStore({ ...url, place: { kind: 'disk', path: url.path }, ...options });
    case 's3':
      return openArchiveStore({
        ...(url.key === undefined ? {} : { key: url.key }),
        place: url,
        ...options,
        onThrottled,
      });
    case 'memory':
      return openMemoryStore({ name: url.name, location });
    case 'embedded-dynamodb':
    case 'embedded-postgres':
      throw new InputError([
        { field: 'store', message: `${location} is embedded: it is there for the command line alone` },
      ]);
  }
}
