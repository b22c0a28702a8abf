import { InputError, type Fault } from '../errors.js';
import { aroundDriver } from '../kv/around-driver.js';
import { checkedStore } from '../kv/checked-store.js';
import type { KeyValueDriver } from '../kv/key-value-driver.js';
import type { KeyValueStore } from '../kv/key-value-store.js';
import type { RetryOptions } from '../kv/retry-policy.js';
import { openKeyValueDriver as openDriver } from '../stores/open-key-value-driver.js';
import { locationOf, parseStoreUrl, withoutCredentials, type StoreUrl } from '../stores/store-url.js';

export interface OpenKeyValueOptions {
  /** The table that holds the store; made by the first write. Default `key_values`. `carryover` is Carryover's own. */
  readonly table?: string;
  /** How long one request may take before it counts as lost. Default 5,000. */
  readonly requestTimeoutMs?: number;
}

export interface OpenKeyValueStoreOptions extends OpenKeyValueOptions, RetryOptions {
  /** What goes around the driver: `(driver) => withPrefix(withMetrics(driver, record), prefix)`. */
  readonly decorate?: (driver: KeyValueDriver) => KeyValueDriver;
}

/**
 * Opens the key-value store of a URL: `dynamodb://REGION[/PREFIX]?…`, `dynamodb://embedded?path=DIR`,
 * `postgres://…?schema=NAME`, `postgres://embedded?path=DIR` or `memory:`, which is a new store each time. Sends nothing
 * yet; an embedded engine is started, and ends with the store unless others use it. Throws InputError for a URL or a table
 * that cannot be.
 */
export async function openKeyValueStore(url: string, options: OpenKeyValueStoreOptions = {}): Promise<KeyValueStore> {
  const driver = await openKeyValueDriver(url, options);
  return checkedStore(options.decorate?.(driver) ?? driver, options);
}

/** The driver alone, for those who build the store themselves: `checkedStore(withRateLimit(driver, limit), { retry })`. */
export async function openKeyValueDriver(url: string, options: OpenKeyValueOptions = {}): Promise<KeyValueDriver> {
  const { table = 'key_values', requestTimeoutMs = 5_000 } = options;
  const faults = faultsOf(url, { table, requestTimeoutMs });
  if (faults.length > 0) throw new InputError(faults);
  const parsed = parseStoreUrl(url, 'url');
  if ('faults' in parsed) throw new InputError(parsed.faults);
  return await openLocalKeyValueDriver(parsed.url, table, { requestTimeoutMs });
}

/** The driver of a table of the store that a URL means; an embedded engine is started, and ends with the driver. */
export async function openLocalKeyValueDriver(
  url: StoreUrl,
  table: string,
  { requestTimeoutMs }: { readonly requestTimeoutMs: number },
): Promise<KeyValueDriver> {
  const location = locationOf(url);
  if (!url.kind.startsWith('embedded-')) return openDriver(url, { table, requestTimeoutMs, location });
  // The engines are many packages, which a service that uses others never loads.
  const { startEngine } = await import('./open-local-store.js');
  const { url: real, stop } = await startEngine(url);
  try {
    return endingWith(openDriver(real, { table, requestTimeoutMs, location }), stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Of the stores that a URL can name, these hold a key-value store of a service's own. */
const forms =
  'dynamodb://REGION[/PREFIX], dynamodb://embedded?path=DIR, postgres://…?schema=NAME, postgres://embedded?path=DIR, memory:';

/** What is wrong with the arguments as such; who calls may not have types, or have a variable that is not set. */
function faultsOf(url: unknown, { table, requestTimeoutMs }: { table: unknown; requestTimeoutMs: unknown }): Fault[] {
  const faults: Fault[] = [];
  const scheme = typeof url === 'string' ? /^[a-z][a-z0-9+.-]*:/i.exec(url)?.[0] : undefined;
  if (typeof url !== 'string')
    faults.push({ field: 'url', message: `must be text, it is ${typeof url}: one of ${forms}` });
  else if (!['dynamodb:', 'postgres:', 'postgresql:', 'memory:'].includes(scheme?.toLowerCase() ?? ''))
    faults.push({
      field: 'url',
      message: `"${scheme ?? withoutCredentials(url)}" holds no key-value store: give one of ${forms}`,
    });
  if (typeof table !== 'string') faults.push({ field: 'table', message: `must be a name, it is ${typeof table}` });
  if (typeof requestTimeoutMs !== 'number' || !Number.isInteger(requestTimeoutMs) || requestTimeoutMs < 1)
    faults.push({
      field: 'requestTimeoutMs',
      message: `must be whole milliseconds, 1 or more; it is ${String(requestTimeoutMs)}`,
    });
  return faults;
}

/** The driver, with an engine that stops after it. */
function endingWith(driver: KeyValueDriver, stop: () => Promise<void>): KeyValueDriver {
  const close = async (): Promise<void> => {
    await driver.close();
    await stop();
  };
  return { ...aroundDriver(driver, (_operation, perform) => perform()), close };
}
