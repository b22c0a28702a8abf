import type { KeyValueStore } from '../../kv/key-value-store.js';
import { openPostgresKeyValueStore } from '../../kv/postgres-key-value-store.js';
import type { RetryOptions } from '../../kv/retry-policy.js';
import type { Item, ItemKey } from '../item.js';
import {
  forgetOriginalDescription,
  loadOriginalDescription,
  saveOriginalDescription,
} from '../original-description.js';
import type {
  Cursor,
  Fence,
  Page,
  Preflight,
  ReadOptions,
  Segment,
  Store,
  TableDescription,
  Usage,
  Writer,
  WriterOptions,
} from '../store.js';
import { besideTable } from './catalog/beside-table.js';
import { createTable } from './catalog/create-table.js';
import { dropTable } from './catalog/drop-table.js';
import { finishTable } from './catalog/finish-table.js';
import { listTables, schemaIsThere } from './catalog/list-tables.js';
import { preflightTable } from './catalog/preflight.js';
import { openConnections, type ConnectionOptions, type Connections, type StoreConnections } from './connections.js';
import { fencedTransaction, keyValueTable } from './fenced-transaction.js';
import { getItems, removeItems, type Keyed } from './keyed-items.js';
import { Layouts } from './layouts.js';
import { readSegment } from './read-segment.js';
import { retrying } from './retrying.js';
import type { Session } from './session.js';
import { PostgresStatements } from './statements/postgres-statements.js';
import { splitTable } from './split-table.js';
import { TableWriter } from './table-writer.js';

export interface PostgresStoreOptions extends ConnectionOptions, RetryOptions {
  /** Those that the store shares with others. Default: its own, by the options beside. */
  readonly connections?: StoreConnections;
}

/** Looks at and changes of the catalogue wait for locks of others; they may take longer than a request for data. */
const catalogTimeoutMs = 60_000;
const noLimit = 0;

/** A schema of a PostgreSQL database as a store; connects at the first call. See docs/stores/postgres.md. */
export function openPostgresStore(options: PostgresStoreOptions): Store {
  return new PostgresStore(options);
}

class PostgresStore implements Store {
  readonly engine = 'postgres';
  readonly location: string;
  readonly capabilities = { get: true, remove: true, merge: true };
  readonly keyValues: KeyValueStore;
  readonly sql: PostgresStatements;
  readonly #schema: string;
  readonly #reading: Connections;
  readonly #writing: Connections;
  readonly #layouts: Layouts;
  readonly #catalogTimeoutMs: number;

  constructor(private readonly options: PostgresStoreOptions) {
    this.location = options.location;
    this.#schema = options.schema;
    const { reading, writing } = options.connections ?? openConnections(options);
    this.#reading = reading;
    this.#writing = writing;
    this.#catalogTimeoutMs = Math.max(catalogTimeoutMs, options.requestTimeoutMs);
    this.keyValues = openPostgresKeyValueStore({ ...options, pool: writing, table: keyValueTable });
    this.#layouts = new Layouts({
      schema: options.schema,
      connections: this.#reading,
      keyValues: this.keyValues,
      retry: options,
      timeoutMs: this.#catalogTimeoutMs,
    });
    this.sql = new PostgresStatements({
      ...options,
      reading: this.#reading,
      writing: this.#writing,
      catalogTimeoutMs: this.#catalogTimeoutMs,
      onChange: () => this.#layouts.forgetAll(),
    });
  }

  async *tables(): AsyncGenerator<string> {
    yield* await this.#look(async ({ client }) => {
      const names: string[] = [];
      for await (const name of listTables(client, this.#schema)) names.push(name);
      return names;
    });
  }

  absence(): Promise<string | undefined> {
    return this.#look(async ({ client }) =>
      (await schemaIsThere(client, this.#schema)) ? undefined : `schema "${this.#schema}" does not exist`,
    );
  }

  describe(table: string): Promise<TableDescription> {
    return this.#layouts.describe(table);
  }

  preflight(description: TableDescription, role: 'source' | 'target'): Promise<Preflight> {
    return this.#look(({ client }) => preflightTable(client, this.#schema, description, role));
  }

  async create(description: TableDescription, fence?: Fence): Promise<{ ready: boolean; identity: string }> {
    const { name, origin } = description;
    this.#layouts.forget(name);
    const identity = await this.#change(name, fence, this.#catalogTimeoutMs, ({ client }) =>
      createTable(client, this.#schema, description),
    );
    // A process that ends between these two is followed by one that calls create again, before anything is read.
    if (origin.engine !== 'postgres' && (await loadOriginalDescription(this.keyValues, name, identity)) === undefined)
      await saveOriginalDescription(this.keyValues, description, identity);
    return { ready: true, identity };
  }

  async drop(table: string, fence?: Fence, together?: ReadonlySet<string>): Promise<boolean> {
    this.#layouts.forget(table);
    const gone = await this.#change(table, fence, this.#catalogTimeoutMs, ({ client }) =>
      dropTable(client, this.#schema, table, together),
    );
    if (gone) await forgetOriginalDescription(this.keyValues, table);
    return gone;
  }

  async split(table: string, parts: number): Promise<Segment[]> {
    const layout = await this.#layouts.of(table);
    return retrying(
      this.options,
      () => undefined,
      () => this.#reading.use((session) => splitTable(session, layout, parts), table),
    );
  }

  async *read(segment: Segment, from?: Cursor, options?: ReadOptions): AsyncGenerator<Page> {
    const layout = await this.#layouts.of(segment.table);
    yield* readSegment({ connections: this.#reading, layout, retry: this.options }, segment, from, options);
  }

  async get(table: string, keys: readonly ItemKey[]): Promise<{ items: (Item | undefined)[]; usage: Usage }> {
    return getItems(await this.#keyed(this.#reading, table), keys);
  }

  writer(table: string, options: WriterOptions): Writer {
    const layout = () => this.#layouts.of(table);
    return new TableWriter({ connections: this.#writing, layout, fence: options.fence, retry: this.options });
  }

  async remove(table: string, keys: readonly ItemKey[], fence?: Fence): Promise<void> {
    await removeItems(await this.#keyed(this.#writing, table), keys, fence);
  }

  /** An index or a constraint takes as long as it takes: no client ends it. */
  finish(description: TableDescription, fence?: Fence): Promise<boolean> {
    return this.#change(description.name, fence, noLimit, ({ client }) =>
      finishTable(client, this.#schema, description),
    );
  }

  beside(description: TableDescription, original: string): TableDescription {
    return besideTable(description, original);
  }

  async close(): Promise<void> {
    await this.keyValues.close();
    await Promise.all([this.#reading.close(), this.#writing.close()]);
  }

  async #keyed(connections: Connections, table: string): Promise<Keyed> {
    return { connections, layout: await this.#layouts.of(table), retry: this.options };
  }

  #look<T>(work: (session: Session) => Promise<T>): Promise<T> {
    return retrying(
      this.options,
      () => undefined,
      () => this.#reading.use((session) => session.within(this.#catalogTimeoutMs, work(session))),
    );
  }

  /** Every change of the catalogue is idempotent, so that one whose answer was lost is made again. */
  #change<T>(
    table: string,
    fence: Fence | undefined,
    timeoutMs: number,
    work: (session: Session) => Promise<T>,
  ): Promise<T> {
    const change = (session: Session) =>
      fencedTransaction(session, this.#schema, fence, () => session.within(timeoutMs, work(session)));
    return retrying(
      this.options,
      () => fence?.assertMaySend(),
      () => this.#writing.use(change, table),
    );
  }
}
