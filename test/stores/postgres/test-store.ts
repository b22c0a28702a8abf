import pg from 'pg';
import type { Item } from '../../../src/stores/item.js';
import { openPostgresStore, type PostgresStoreOptions } from '../../../src/stores/postgres/postgres-store.js';
import type { Cursor, Segment, Store } from '../../../src/stores/store.js';
import { testPostgres } from '../../support/postgres.js';

export interface TestStore {
  /** Opens a store on the schema; `stop` closes it. */
  open(options?: Partial<PostgresStoreOptions>): Store;
  /** A connection beside the stores', for what only a test does. */
  readonly client: pg.Client;
  readonly schema: string;
  readonly url: string;
  stop(): Promise<void>;
}

/** A fresh database with a schema whose name needs quotes. */
export async function testStore(): Promise<TestStore> {
  const { url, stop } = await testPostgres();
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const schema = 'My "Schema"';
  await client.query(`CREATE SCHEMA ${client.escapeIdentifier(schema)}`);
  await client.query("SELECT set_config('search_path', $1, false)", [client.escapeIdentifier(schema)]);
  const opened: Store[] = [];
  return {
    client,
    schema,
    url,
    open(options = {}) {
      const store = openPostgresStore({
        connection: url,
        schema,
        location: 'postgres://test',
        requestTimeoutMs: 10_000,
        ...options,
      });
      opened.push(store);
      return store;
    },
    async stop() {
      await Promise.all(opened.map((store) => store.close()));
      await client.end();
      await stop();
    },
  };
}

/** Gives a suite a database and a store on it, before its first test; stops both after the last. */
export function withTestStore(use: (database: TestStore, store: Store) => void): void {
  let database: TestStore;
  beforeAll(async () => {
    database = await testStore();
    use(database, database.open());
  });
  afterAll(() => database.stop());
}

/** All items of a segment, page by page. */
export async function readAll(store: Store, segment: Segment, from?: Cursor, pageItems = 10): Promise<Item[]> {
  const items: Item[] = [];
  for await (const page of store.read(segment, from, { pageItems })) items.push(...page.items);
  return items;
}

export async function readTable(store: Store, table: string, parts = 1): Promise<Item[]> {
  const items: Item[] = [];
  for (const segment of await store.split(table, parts)) items.push(...(await readAll(store, segment)));
  return items;
}

export async function writeItems(store: Store, table: string, items: readonly Item[]): Promise<void> {
  const writer = store.writer(table, { unit: 0, position: 0 });
  await writer.write(items);
  await writer.flush();
}
