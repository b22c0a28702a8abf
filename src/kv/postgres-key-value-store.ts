import pg from 'pg';
import { checkedStore } from './checked-store.js';
import {
  NotSentError,
  type DriverPage,
  type KeyValueDriver,
  type PageStart,
  type StoredEntry,
} from './key-value-driver.js';
import type { KeyValueStore } from './key-value-store.js';
import { ensureKeyValueTable } from './postgres-key-value-table.js';
import { isRefusal, postgresQuery, type PostgresQuery } from './postgres-requests.js';
import type { RetryOptions } from './retry-policy.js';

export interface PostgresKeyValueStoreOptions extends RetryOptions {
  readonly pool: pg.Pool;
  readonly schema: string;
  readonly table: string;
  /** Whether closing the store ends the pool too. Default false. */
  readonly ownsPool?: boolean;
  /** How long one request may take before it counts as lost. Default 5,000. */
  readonly requestTimeoutMs?: number;
  /** The most entries of a page of a scan. Default 100. */
  readonly pageEntries?: number;
}

/**
 * A key-value store in a PostgreSQL table: `partition` and `key` (bytea, together the primary key), `value` (bytea) and
 * `writes` (text[], the last write ids, newest first). The first write makes schema and table where they are missing.
 */
export function openPostgresKeyValueStore(options: PostgresKeyValueStoreOptions): KeyValueStore {
  return checkedStore(new PostgresKeyValueDriver(options), options);
}

const undefinedTable = '42P01';

export class PostgresKeyValueDriver implements KeyValueDriver {
  readonly location: string;
  readonly #name: string;
  readonly #query: PostgresQuery;
  readonly #pageEntries: number;

  constructor(readonly options: PostgresKeyValueStoreOptions) {
    this.#name = `${pg.escapeIdentifier(options.schema)}.${pg.escapeIdentifier(options.table)}`;
    this.location = `PostgreSQL table ${this.#name}`;
    this.#query = postgresQuery(options.pool, this.location, options.requestTimeoutMs ?? 5_000);
    this.#pageEntries = options.pageEntries ?? 100;
  }

  async read(partition: Uint8Array, key: Uint8Array): Promise<StoredEntry | undefined> {
    const sql = `SELECT value, writes FROM ${this.#name} WHERE partition = $1 AND key = $2`;
    const result = await this.#unlessMissing(sql, [bytea(partition), bytea(key)]);
    const row = result?.rows[0];
    return row && { value: bytesOf(row['value']), writes: row['writes'] as string[] };
  }

  async write(partition: Uint8Array, key: Uint8Array, entry: StoredEntry): Promise<void> {
    const sql = `INSERT INTO ${this.#name} (partition, key, value, writes) VALUES ($1, $2, $3, $4)
      ON CONFLICT (partition, key) DO UPDATE SET value = excluded.value, writes = excluded.writes`;
    await this.#withTable(sql, [bytea(partition), bytea(key), bytea(entry.value), entry.writes]);
  }

  async writeIf(
    partition: Uint8Array,
    key: Uint8Array,
    entry: StoredEntry,
    expected: string | undefined,
  ): Promise<boolean> {
    const values = [bytea(partition), bytea(key), bytea(entry.value), entry.writes];
    if (expected === undefined) {
      const insert = `INSERT INTO ${this.#name} (partition, key, value, writes) VALUES ($1, $2, $3, $4)
        ON CONFLICT (partition, key) DO NOTHING`;
      return (await this.#withTable(insert, values)).rowCount === 1;
    }
    const update = `UPDATE ${this.#name} SET value = $3, writes = $4
      WHERE partition = $1 AND key = $2 AND writes[1] = $5`;
    const result = await this.#unlessMissing(update, [...values, expected]);
    return result?.rowCount === 1;
  }

  async remove(partition: Uint8Array, key: Uint8Array): Promise<void> {
    const sql = `DELETE FROM ${this.#name} WHERE partition = $1 AND key = $2`;
    await this.#unlessMissing(sql, [bytea(partition), bytea(key)]);
  }

  async page(partition: Uint8Array, start: PageStart): Promise<DriverPage> {
    const sql = `SELECT key, value FROM ${this.#name}
      WHERE partition = $1 AND key ${start.inclusive ? '>=' : '>'} $2 ORDER BY key LIMIT ${this.#pageEntries}`;
    const result = await this.#unlessMissing(sql, [bytea(partition), bytea(start.key)]);
    const entries = (result?.rows ?? []).map((row) => ({ key: bytesOf(row['key']), value: bytesOf(row['value']) }));
    const last = entries.at(-1);
    return last === undefined || entries.length < this.#pageEntries ? { entries } : { entries, next: last.key };
  }

  async close(): Promise<void> {
    if (this.options.ownsPool === true) await this.options.pool.end();
  }

  /** Undefined when the table is not there. */
  async #unlessMissing(sql: string, values: unknown[]): Promise<pg.QueryResult<Record<string, unknown>> | undefined> {
    try {
      return await this.#query(sql, values);
    } catch (error) {
      if (isRefusal(error, undefinedTable)) return undefined;
      throw error;
    }
  }

  /** Makes the table where it is missing. */
  async #withTable(sql: string, values: unknown[]): Promise<pg.QueryResult<Record<string, unknown>>> {
    const result = await this.#unlessMissing(sql, values);
    if (result !== undefined) return result;
    await ensureKeyValueTable(this.#query, this.options.schema, this.options.table);
    const again = await this.#unlessMissing(sql, values);
    if (again === undefined) throw new NotSentError(`${this.location} was dropped just after it was made`);
    return again;
  }
}

/** pg sends a Buffer as bytea; the bytes are not copied. */
function bytea(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function bytesOf(value: unknown): Uint8Array {
  return new Uint8Array(value as Buffer);
}
