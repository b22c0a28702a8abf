import { EntryTooLargeError, StoreClosedError, StoreUnavailableError, ThrottledError } from '../errors.js';
import { newWriteId, writeConditionally } from './conditional-write.js';
import type { KeyValueDriver, PageStart } from './key-value-driver.js';
import type { Entry, KeyValueStore, Predicate, ScannedEntry } from './key-value-store.js';
import { Backoff, type RetryOptions } from './retry-policy.js';
import {
  assertBytes,
  entryLimitBytes,
  fromStoredForm,
  keyLimitBytes,
  readableBytes,
  toStoredForm,
} from './stored-form.js';

/** Requests of a store are tried this often unless the options say otherwise; each has its own timeout. */
const requestRetry = { attempts: 4, baseMs: 50, capMs: 1_000 };

/**
 * The key-value store on top of a driver: checks arguments, limits and closing once for all drivers, retries what may be
 * retried, and finds out what became of conditional writes whose answer was lost.
 */
export function checkedStore(driver: KeyValueDriver, options: RetryOptions = {}): KeyValueStore {
  return new CheckedStore(driver, new Backoff(requestRetry, options));
}

class CheckedStore implements KeyValueStore {
  #closing: Promise<void> | undefined;

  constructor(
    readonly driver: KeyValueDriver,
    readonly backoff: Backoff,
  ) {}

  async get(partition: Uint8Array, key: Uint8Array): Promise<Entry | undefined> {
    const at = this.#place(partition, key);
    const stored = await this.#retried(() => this.driver.read(at.partition, at.key));
    return stored && { value: stored.value, predicate: { writes: stored.writes } };
  }

  async set(partition: Uint8Array, key: Uint8Array, value: Uint8Array): Promise<void> {
    const at = this.#entryPlace(partition, key, value);
    const entry = { value, writes: [newWriteId()] };
    await this.#retried(() => this.driver.write(at.partition, at.key, entry));
  }

  async setIf(
    partition: Uint8Array,
    key: Uint8Array,
    value: Uint8Array,
    predicate: Predicate | undefined,
  ): Promise<Predicate> {
    if (predicate !== undefined) assertPredicate(predicate);
    const at = this.#entryPlace(partition, key, value);
    const what = `the entry ${readableBytes(key)} of partition ${readableBytes(partition)} in ${this.driver.location}`;
    const read = () => this.#retried(() => this.driver.read(at.partition, at.key));
    return this.#open(writeConditionally(this.driver, { ...at, value, predicate, what }, read, this.backoff));
  }

  async delete(partition: Uint8Array, key: Uint8Array): Promise<void> {
    const at = this.#place(partition, key);
    await this.#retried(() => this.driver.remove(at.partition, at.key));
  }

  async *scan(partition: Uint8Array, from: Uint8Array = new Uint8Array()): AsyncGenerator<ScannedEntry> {
    const at = this.#place(partition, from);
    let start: PageStart | undefined = { key: at.key, inclusive: true };
    while (start !== undefined) {
      const here: PageStart = start;
      const page = await this.#retried(() => this.driver.page(at.partition, here));
      for (const { key, value } of page.entries) {
        this.#assertOpen();
        yield { key: fromStoredForm(key), value };
      }
      start = page.next && { key: page.next, inclusive: false };
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.driver.close();
    return this.#closing;
  }

  /** Where an entry lies, in the stored form; checks partition and key. */
  #place(partition: Uint8Array, key: Uint8Array): { partition: Uint8Array; key: Uint8Array } {
    this.#assertOpen();
    const { reservedBytes = 0 } = this.driver;
    assertBytes('partition', partition);
    assertBytes('key', key);
    assertLength('partition', partition, keyLimitBytes - reservedBytes);
    assertLength('key', key, keyLimitBytes);
    return { partition: toStoredForm(partition), key: toStoredForm(key) };
  }

  /** The same for an entry that is to be written. */
  #entryPlace(partition: Uint8Array, key: Uint8Array, value: Uint8Array): { partition: Uint8Array; key: Uint8Array } {
    const at = this.#place(partition, key);
    assertBytes('value', value);
    const sizeBytes = partition.length + key.length + value.length;
    const limitBytes = entryLimitBytes - (this.driver.reservedBytes ?? 0);
    if (sizeBytes > limitBytes) {
      const where = `the entry ${readableBytes(key)} of partition ${readableBytes(partition)}`;
      throw new EntryTooLargeError(
        `${where} has ${sizeBytes} bytes; partition, key and value together have at most ${limitBytes}`,
      );
    }
    return at;
  }

  /** Repeats what is safe to repeat: reads, unconditional writes and deletes. */
  async #retried<T>(request: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      this.#assertOpen();
      try {
        return await this.#open(request());
      } catch (error) {
        const passing = error instanceof ThrottledError || error instanceof StoreUnavailableError;
        if (!passing || !(await this.backoff.again(attempt))) throw error;
      }
    }
  }

  /** What fails after the store was closed failed for that reason. */
  async #open<T>(request: Promise<T>): Promise<T> {
    try {
      return await request;
    } catch (error) {
      if (this.#closing === undefined) throw error;
      throw new StoreClosedError(`${this.driver.location} was closed during this call`, { cause: error });
    }
  }

  #assertOpen(): void {
    if (this.#closing !== undefined) throw new StoreClosedError(`${this.driver.location} is closed`);
  }
}

function assertPredicate(given: unknown): void {
  const writes: unknown = typeof given === 'object' && given !== null && 'writes' in given ? given.writes : undefined;
  if (Array.isArray(writes) && typeof writes[0] === 'string') return;
  throw new TypeError('the predicate must be one that a get or setIf of this store returned, or undefined');
}

function assertLength(name: 'partition' | 'key', bytes: Uint8Array, limitBytes: number): void {
  if (bytes.length > limitBytes) {
    throw new EntryTooLargeError(
      `${name} ${readableBytes(bytes)} has ${bytes.length} bytes; it may have at most ${limitBytes}`,
    );
  }
}
