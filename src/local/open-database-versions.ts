import { InputError } from '../errors.js';
import type { KeyValueStore } from '../kv/key-value-store.js';
import { parseStoreUrl } from '../stores/store-url.js';

export interface OpenDatabaseVersionsOptions {
  /** How long one request may take before it counts as lost. Default 5,000. */
  readonly requestTimeoutMs?: number;
}

/**
 * Opens the place in a database where Carryover keeps its version, history and partitions: the table `carryover`, or the folder of an
 * archive. `url` is that of the declared store which the project's `database` names. Sends nothing yet; an embedded
 * engine is started, and ends with the store unless others use it. Throws InputError for a URL that cannot be.
 */
export async function openDatabaseVersions(
  url: string,
  { requestTimeoutMs = 5_000 }: OpenDatabaseVersionsOptions = {},
): Promise<KeyValueStore> {
  const faults = [];
  // Who calls may not have types, or have a variable that is not set.
  const given: unknown = url;
  if (typeof given !== 'string') faults.push({ field: 'url', message: `must be text, it is ${typeof given}` });
  if (!Number.isInteger(requestTimeoutMs) || requestTimeoutMs < 1)
    faults.push({
      field: 'requestTimeoutMs',
      message: `must be whole milliseconds, 1 or more; it is ${requestTimeoutMs}`,
    });
  if (faults.length > 0) throw new InputError(faults);
  const parsed = parseStoreUrl(url, 'url');
  if ('faults' in parsed) throw new InputError(parsed.faults);
  // Drivers of all stores, and the engines, are many packages: they are loaded when one is opened.
  const { openLocalStore } = await import('./open-local-store.js');
  const { store, close } = await openLocalStore(parsed.url, requestTimeoutMs);
  const { keyValues } = store;
  let closing: Promise<void> | undefined;
  return {
    get: (partition, key) => keyValues.get(partition, key),
    set: (partition, key, value) => keyValues.set(partition, key, value),
    setIf: (partition, key, value, predicate) => keyValues.setIf(partition, key, value, predicate),
    delete: (partition, key) => keyValues.delete(partition, key),
    scan: (partition, from) => keyValues.scan(partition, from),
    close: () => (closing ??= close()),
  };
}
