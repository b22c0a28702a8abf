import { InputError } from '../errors.js';
import { aroundDriver } from '../kv/around-driver.js';
import { checkedStore } from '../kv/checked-store.js';
import type { KeyValueDriver } from '../kv/key-value-driver.js';
import type { KeyValueStore } from '../kv/key-value-store.js';
import type { RetryOptions } from '../kv/retry-policy.js';
import { openKeyValueDriver as openDriver } from '../stores/open-key-value-driver.js';
import { locationOf, parseStoreUrl } from '../stores/store-url.js';

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
  const parsed = parseStoreUrl(url, 'url');
  if ('faults' in parsed) throw new InputError(parsed.faults);
  const location = locationOf(parsed.url);
  if (!parsed.url.kind.startsWith('embedded-')) return openDriver(parsed.url, { table, requestTimeoutMs, location });
  // The engines are many packages, which a service that uses others never loads.
  const { startEngine } = await import('./open-local-store.js');
  const { url: real, stop } = await startEngine(parsed.url);
  try {
    return endingWith(openDriver(real, { table, requestTimeoutMs, location }), stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The driver, with an engine that stops after it. */
function endingWith(driver: KeyValueDriver, stop: () => Promise<void>): KeyValueDriver {
  const close = async (): Promise<void> => {
    await driver.close();
    await stop();
  };
  return { ...aroundDriver(driver, (_operation, perform) => perform()), close };
}
