import { connectionsOfACall } from '../connection-ceiling.js';
import { InputError } from '../errors.js';
import type { KeyValueDriver } from '../kv/key-value-driver.js';
import { declaredStore, type DeclaredStore, type Project } from '../project.js';
import type { Settings } from '../settings.js';
import type { OnThrottled } from './count-throttles.js';
import { declaredAccess } from './declared-access.js';
import { openKeyValueDriver } from './open-key-value-driver.js';
import { openStore } from './open-store.js';
import { openConnections, type StoreConnections } from './postgres/connections.js';
import { locationOf, parseStoreUrl, type StoreUrl } from './store-url.js';
import type { Store } from './store.js';

/** A declared store as functions have it. */
export interface OpenedDeclaredStore {
  readonly store: Store;
  /**
   * The driver of a key-value store in a table of it, by the same connections. Throws InputError for a store that holds none,
   * and for a table that cannot be.
   */
  openKeyValueDriver(table: string): KeyValueDriver;
  /** Closes its connections at the end of a call: the process may be frozen now for hours. The next call opens others. */
  rest(): Promise<void>;
}

/**
 * Opens the store that a project declares under this name. A PostgreSQL store holds `connectionsOfACall` connections at most, and
 * its user and password come from where the declaration says. Throws InputError for a URL or a secret that does not parse, and
 * StoreUnavailableError where the secret cannot be read now.
 */
export async function openDeclaredStore(
  project: Project,
  name: string,
  { requestTimeoutMs }: Pick<Settings, 'requestTimeoutMs'>,
  { onThrottled }: { readonly onThrottled?: OnThrottled } = {},
): Promise<OpenedDeclaredStore> {
  const declaration = declaredStore(project.stores[name] ?? '');
  const field = `stores.${name}`;
  const parsed = parseStoreUrl(declaration.url, `${field}.url`);
  if ('faults' in parsed) throw new InputError(parsed.faults);
  const { url } = parsed;
  const location = locationOf(url);
  const connections = await connectionsOf(url, { declaration, field, location, requestTimeoutMs });
  const options = { requestTimeoutMs, location, connections, onThrottled };
  return {
    store: openStore(url, options),
    openKeyValueDriver: (table) => openKeyValueDriver(url, { table, ...options }),
    async rest() {
      await Promise.all([connections?.reading.rest(), connections?.writing.rest()]);
    },
  };
}

interface Declared {
  readonly declaration: DeclaredStore;
  readonly field: string;
  readonly location: string;
  readonly requestTimeoutMs: number;
}

/** Undefined for what is no PostgreSQL store. */
async function connectionsOf(
  url: StoreUrl,
  { declaration, field, location, requestTimeoutMs }: Declared,
): Promise<StoreConnections | undefined> {
  if (url.kind !== 'postgres') return undefined;
  const { url: withUser, password } = await declaredAccess(url, declaration, field, requestTimeoutMs);
  return openConnections({
    ...{ connection: withUser.connectionString, schema: url.schema, location, requestTimeoutMs },
    ...(password === undefined ? {} : { password }),
    poolSize: connectionsOfACall / 2,
  });
}
