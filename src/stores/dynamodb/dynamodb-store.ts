import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Clock } from '../../clock.js';
import { openDynamodbKeyValueStore } from '../../kv/dynamodb-key-value-store.js';
import type { KeyValueStore } from '../../kv/key-value-store.js';
import { systemClock } from '../../system-clock.js';
import type { Item, ItemKey } from '../item.js';
import type { Cursor, Fence, Page, Preflight, ReadOptions, Segment, Store } from '../store.js';
import type { TableDescription, Usage, Writer, WriterOptions } from '../store.js';
import { type ConnectionOptions, createDynamodbClient } from './client.js';
import { createdIdentity, createTable, isReady } from './create.js';
import type { TableAccess } from './describe.js';
import { finishTable } from './finish.js';
import { getItems } from './get.js';
import { notCarriedWarnings } from './not-carried.js';
import { Originals } from './originals.js';
import { dropFaults, preflightTarget } from './preflight.js';
import { readSegment } from './read.js';
import { removeItems } from './remove.js';
import { Requests } from './requests.js';
import { KeptNames } from './reserved-name.js';
import { formOf, type TableForm } from './table-form.js';
import { dropTable, listTables } from './table-lifecycle.js';
import { ownTable, TableNames } from './table-names.js';
import { DynamodbWriter } from './write.js';

export interface DynamodbStoreOptions extends ConnectionOptions {
  /** What the names of all tables of this store begin with in DynamoDB. Default: nothing. */
  readonly prefix?: string;
  /** The store's URL for people, without secrets. */
  readonly location: string;
}

/** What tests replace. */
export interface DynamodbStoreDependencies {
  readonly clock?: Clock;
  /** Between 0 and 1, for the jitter of retries. */
  readonly random?: () => number;
  readonly client?: DynamoDBClient;
}

/** A store in DynamoDB: the tables of an account and region whose names begin with `prefix`. Sends nothing yet. */
export function openDynamodbStore(options: DynamodbStoreOptions, dependencies: DynamodbStoreDependencies = {}): Store {
  const { location, requestTimeoutMs, prefix = '', onThrottled } = options;
  const { clock = systemClock, random = Math.random, client = createDynamodbClient(options) } = dependencies;
  return new DynamodbStore(
    options,
    client,
    new Requests({ location, requestTimeoutMs, clock, random, onThrottled }),
    new TableNames(prefix, location),
    openDynamodbKeyValueStore({ client, table: prefix + ownTable, requestTimeoutMs, clock, random }),
  );
}

class DynamodbStore implements Store {
  readonly engine = 'dynamodb';
  readonly capabilities = { get: true, remove: true, merge: true };
  readonly location: string;
  private readonly originals: Originals;
  private readonly forms = new Map<string, Promise<TableForm>>();
  private readonly keptNames = new KeptNames();

  constructor(
    private readonly options: DynamodbStoreOptions,
    private readonly client: DynamoDBClient,
    private readonly requests: Requests,
    private readonly names: TableNames,
    readonly keyValues: KeyValueStore,
  ) {
    this.location = options.location;
    this.originals = new Originals(keyValues);
  }

  tables(): AsyncIterable<string> {
    return listTables(this.client, this.requests, this.names);
  }

  async describe(table: string): Promise<TableDescription> {
    const description = await this.originals.describe(this.access(table));
    this.forms.set(table, Promise.resolve(formOf(description)));
    return description;
  }

  async preflight(description: TableDescription, role: 'source' | 'target'): Promise<Preflight> {
    if (role === 'target') {
      const target = preflightTarget(description, this.names, this.options.region);
      // Where the name is a fault, there is no such table to ask for.
      return target.faults.length > 0 ? target : { ...target, drop: await dropFaults(this.access(description.name)) };
    }
    return { faults: [], warnings: await notCarriedWarnings(this.access(description.name)) };
  }

  async create(description: TableDescription, fence?: Fence): Promise<{ ready: boolean; identity: string }> {
    const access = this.access(description.name);
    this.forms.delete(description.name);
    const make = (): ReturnType<typeof createTable> => createTable(access, description, this.options.region, fence);
    const engineTable = await this.originals.create(access, description, make, fence);
    return { ready: isReady(engineTable, description.name), identity: createdIdentity(engineTable) };
  }

  async drop(table: string, fence?: Fence): Promise<boolean> {
    this.forms.delete(table);
    const isGone = await dropTable(this.access(table), fence);
    if (isGone) await this.originals.forget(table);
    return isGone;
  }

  split(table: string, parts: number): Promise<Segment[]> {
    // Scan spreads a table's hash range evenly over up to a million segments, whatever is in it.
    const total = Math.min(Math.max(Math.floor(parts), 1), 1_000_000);
    return Promise.resolve(
      Array.from({ length: total }, (_, segment) => ({ table, index: segment, range: { segment, total } })),
    );
  }

  async *read(segment: Segment, from?: Cursor, options: ReadOptions = {}): AsyncGenerator<Page, void, undefined> {
    const { physical } = this.access(segment.table);
    const form = await this.form(segment.table);
    yield* readSegment({ client: this.client, requests: this.requests, physical, form }, segment, from, options);
  }

  async get(table: string, keys: readonly ItemKey[]): Promise<{ items: (Item | undefined)[]; usage: Usage }> {
    return getItems({ ...this.access(table), form: await this.form(table) }, keys);
  }

  writer(table: string, { fence }: WriterOptions): Writer {
    const access = this.access(table);
    return new DynamodbWriter({
      ...access,
      fence,
      form: () => this.form(table),
      acknowledged: async (items, storedKey) => this.keptNames.assertKept({ ...access, storedKey }, items),
    });
  }

  async remove(table: string, keys: readonly ItemKey[], fence?: Fence): Promise<void> {
    await removeItems({ ...this.access(table), fence, form: await this.form(table) }, keys);
  }

  finish(description: TableDescription, fence?: Fence): Promise<boolean> {
    return finishTable(this.access(description.name), description, fence);
  }

  async close(): Promise<void> {
    this.requests.close();
    await this.keyValues.close();
    this.client.destroy();
  }

  private access(table: string): TableAccess {
    return { client: this.client, requests: this.requests, table, physical: this.names.physical(table) };
  }

  /** How the table's items are stored, looked up once. A failed look-up is forgotten. */
  private form(table: string): Promise<TableForm> {
    const known = this.forms.get(table);
    if (known !== undefined) return known;
    const form = this.originals.form(this.access(table));
    this.forms.set(table, form);
    form.catch(() => this.forms.delete(table));
    return form;
  }
}
