import pg from 'pg';
import { CorruptDataError } from '../errors.js';
import { checkedStore } from './checked-store.js';
import {
  NotSentError,
  type DriverPage,
  type KeyValueDriver,
  type PageStart,
  type StoredEntry,
} from './key-value-driver.js';
import type { KeyValueStore } from './key-value-store.js';
import { bytea, columnLayout, postgresLayouts, type PostgresLayout } from './postgres-key-value-layout.js';
import { ensureKeyValueTable } from './postgres-key-value-table.js';
import {
  isRefusal,
  postgresQuery,
  type PostgresPool,
  type PostgresQuery,
  type PostgresResult,
} from './postgres-requests.js';
import type { RetryOptions } from './retry-policy.js';
import { fromStoredForm, readableBytes } from './stored-form.js';

export interface PostgresKeyValueStoreOptions extends RetryOptions {
  /** A `Pool` of pg. */
  readonly pool: PostgresPool;
  readonly schema: string;
  readonly table: string;
  /** The store for people, in errors: without secrets. Default: the table's name. */
  readonly location?: string;
  /** Whether closing the store ends the pool too. Default false. */
  readonly ownsPool?: boolean;
  /** How long one request may take before it counts as lost. Default 5,000. */
  readonly requestTimeoutMs?: number;
  /** The most entries of a page of a scan. Default 100. */
  readonly pageEntries?: number;
}

/**
 * A key-value store in a PostgreSQL table: `partition` and `key` (bytea, together the primary key), `value` (bytea) and
 * `writes` (text[], the last write ids, newest first). The first write makes schema and table where they are missing. A
 * table that was carried here from DynamoDB, which holds value and writes in a column `item`, is read and written as well.
 */
export function openPostgresKeyValueStore(options: PostgresKeyValueStoreOptions): KeyValueStore {
  return checkedStore(new PostgresKeyValueDriver(options), options);
}

const undefinedTable = '42P01';
const undefinedColumn = '42703';

export class PostgresKeyValueDriver implements KeyValueDriver {
  readonly location: string;
  readonly #name: string;
  readonly #query: PostgresQuery;
  readonly #pageEntries: number;
  #layout = columnLayout;

  constructor(readonly options: PostgresKeyValueStoreOptions) {
    this.#name = `${pg.escapeIdentifier(options.schema)}.${pg.escapeIdentifier(options.table)}`;
    this.location = options.location ?? `PostgreSQL table ${this.#name}`;
    this.#query = postgresQuery(options.pool, this.location, options.requestTimeoutMs ?? 5_000);
    this.#pageEntries = options.pageEntries ?? 100;
  }

  async read(partition: Uint8Array, key: Uint8Array): Promise<StoredEntry | undefined> {
    const result = await this.#unlessMissing(({ value, writes }) => ({
      sql: `SELECT ${value} AS value, ${writes} AS writes FROM ${this.#name} WHERE partition = $1 AND key = $2`,
      values: [bytea(partition), bytea(key)],
    }));
    const row = result?.rows[0];
    if (row === undefined) return undefined;
    const writes = row['writes'] as string[];
    if (writes.length === 0) throw this.#corrupt('writes', partition, key);
    return { value: this.#valueOf(row, partition, key), writes };
  }

  async write(partition: Uint8Array, key: Uint8Array, entry: StoredEntry): Promise<void> {
    await this.#withTable((layout) => {
      const replaced = layout.columns.map((column) => `${column} = excluded.${column}`).join(', ');
      return this.#insert(layout, partition, key, entry, `UPDATE SET ${replaced}`);
    });
  }

  async writeIf(
    partition: Uint8Array,
    key: Uint8Array,
    entry: StoredEntry,
    expected: string | undefined,
  ): Promise<boolean> {
    if (expected === undefined) {
      const inserted = await this.#withTable((layout) => this.#insert(layout, partition, key, entry, 'NOTHING'));
      return inserted.rowCount === 1;
    }
    const updated = await this.#unlessMissing(({ columns, newest, values }) => {
      const set = columns.map((column, at) => `${column} = $${at + 4}`).join(', ');
      return {
        sql: `UPDATE ${this.#name} SET ${set} WHERE partition = $1 AND key = $2 AND ${newest} = $3`,
        values: [bytea(partition), bytea(key), expected, ...values(entry)],
      };
    });
    return updated?.rowCount === 1;
  }

  async remove(partition: Uint8Array, key: Uint8Array): Promise<void> {
    const sql = `DELETE FROM ${this.#name} WHERE partition = $1 AND key = $2`;
    await this.#unlessMissing(() => ({ sql, values: [bytea(partition), bytea(key)] }));
  }

  async page(partition: Uint8Array, start: PageStart): Promise<DriverPage> {
    const result = await this.#unlessMissing(({ value }) => ({
      sql: `SELECT key, ${value} AS value FROM ${this.#name}
        WHERE partition = $1 AND key ${start.inclusive ? '>=' : '>'} $2 ORDER BY key LIMIT ${this.#pageEntries}`,
      values: [bytea(partition), bytea(start.key)],
    }));
    const entries = (result?.rows ?? []).map((row) => {
      const key = bytesOf(row['key']);
      return { key, value: this.#valueOf(row, partition, key) };
    });
    const last = entries.at(-1);
    return last === undefined || entries.length < this.#pageEntries ? { entries } : { entries, next: last.key };
  }

  async close(): Promise<void> {
    if (this.options.ownsPool === true) await this.options.pool.end();
  }

  #insert(
    { columns, values }: PostgresLayout,
    partition: Uint8Array,
    key: Uint8Array,
    entry: StoredEntry,
    onConflict: string,
  ): Statement {
    const names = ['partition', 'key', ...columns];
    return {
      sql: `INSERT INTO ${this.#name} (${names.join(', ')}) VALUES (${names.map((_, at) => `$${at + 1}`).join(', ')})
        ON CONFLICT (partition, key) DO ${onConflict}`,
      values: [bytea(partition), bytea(key), ...values(entry)],
    };
  }

  /** Undefined when the table is not there. The layout that fitted last is tried first. */
  async #unlessMissing(statement: (layout: PostgresLayout) => Statement): Promise<PostgresResult | undefined> {
    for (const layout of [this.#layout, ...postgresLayouts.filter((other) => other !== this.#layout)]) {
      const { sql, values } = statement(layout);
      try {
        const result = await this.#query(sql, values);
        this.#layout = layout;
        return result;
      } catch (error) {
        if (isRefusal(error, undefinedTable)) return undefined;
        if (!isRefusal(error, undefinedColumn)) throw error;
      }
    }
    throw new CorruptDataError(
      `${this.location} is not the table of a key-value store: it has neither the columns value and writes nor item`,
    );
  }

  /** Makes the table where it is missing. */
  async #withTable(statement: (layout: PostgresLayout) => Statement): Promise<PostgresResult> {
    const result = await this.#unlessMissing(statement);
    if (result !== undefined) return result;
    await ensureKeyValueTable(this.#query, this.options.schema, this.options.table);
    const again = await this.#unlessMissing(statement);
    if (again === undefined) throw new NotSentError(`${this.location} was dropped just after it was made`);
    return again;
  }

  #valueOf(row: Record<string, unknown>, partition: Uint8Array, key: Uint8Array): Uint8Array {
    if (row['value'] === null) throw this.#corrupt('value', partition, key);
    return bytesOf(row['value']);
  }

  #corrupt(name: string, ...place: Uint8Array[]): CorruptDataError {
    const at = place.map((bytes) => readableBytes(fromStoredForm(bytes))).join(', ');
    return new CorruptDataError(`${this.location} has an entry without "${name}" at ${at}`);
  }
}

interface Statement {
  readonly sql: string;
  readonly values: unknown[];
}

function bytesOf(value: unknown): Uint8Array {
  return new Uint8Array(value as Buffer);
}
