import { type AttributeValue, DynamoDBClient, ListTablesCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { history, type HistoryEntry } from '../../../src/versions/history.js';
import { partitionEntries, type PartitionEntry } from '../../../src/versions/partition-versions.js';
import { activeTable } from '../../../src/versions/active-table.js';
import type { World } from './cities-rig.js';

/** A city's record, whatever its version. */
export type CityRecord = Readonly<Record<string, unknown>>;

/** What the service and its readers see: nothing of when, by whom or how often. */
export interface Contents {
  /** By country and id. */
  readonly cities: Readonly<Record<string, Readonly<Record<string, CityRecord>>>>;
  readonly countries: readonly unknown[];
  /** The live table of this name. */
  readonly places: readonly unknown[];
  /** The tables of DynamoDB with their items. */
  readonly directory: Readonly<Record<string, readonly string[]>>;
}

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

export async function contentsOf(world: World): Promise<Contents> {
  const { carryover: _, ...others } = await directoryOf(world);
  return {
    cities: await citiesIn(world),
    countries: await rowsOf(world, 'countries'),
    places: await rowsOf(world, await activeTable(world.service.versions, 'places', { keptMs: 0 })),
    directory: others,
  };
}

export async function citiesIn({ service }: Pick<World, 'service'>): Promise<Contents['cities']> {
  const cities: Record<string, Record<string, CityRecord>> = {};
  const { rows } = await service.sql.query<{ code: string }>('SELECT code FROM countries ORDER BY code');
  for (const { code } of rows)
    for await (const { key, value } of service.cities.scan(new TextEncoder().encode(code)))
      (cities[code] ??= {})[text(key)] = JSON.parse(text(value)) as CityRecord;
  return cities;
}

async function rowsOf({ service }: World, table: string): Promise<unknown[]> {
  const found = await service.sql.query<{ row: unknown }>(
    `SELECT to_jsonb(t) AS row FROM "${table}" t ORDER BY to_jsonb(t)::text COLLATE "C"`,
  );
  return found.rows.map(({ row }) => row);
}

async function directoryOf({ dynamodb: { endpoint, prefix } }: World): Promise<Record<string, string[]>> {
  const client = new DynamoDBClient({ endpoint, region: 'us-east-1' });
  try {
    const own = (await tablesOf(client)).filter((name) => name.startsWith(prefix));
    const tables = own.map(async (name) => [name.slice(prefix.length), await itemsOf(client, name)] as const);
    return Object.fromEntries(await Promise.all(tables));
  } finally {
    client.destroy();
  }
}

async function tablesOf(client: DynamoDBClient): Promise<string[]> {
  const names: string[] = [];
  for (let last: string | undefined; ;) {
    const page = await client.send(new ListTablesCommand(last === undefined ? {} : { ExclusiveStartTableName: last }));
    names.push(...(page.TableNames ?? []));
    last = page.LastEvaluatedTableName;
    if (last === undefined) return names;
  }
}

async function itemsOf(client: DynamoDBClient, table: string): Promise<string[]> {
  const items: string[] = [];
  for (let start: Record<string, AttributeValue> | undefined; ;) {
    const page = await client.send(
      new ScanCommand({
        TableName: table,
        ConsistentRead: true,
        ...(start === undefined ? {} : { ExclusiveStartKey: start }),
      }),
    );
    items.push(...(page.Items ?? []).map((item) => itemText(item)));
    start = page.LastEvaluatedKey;
    if (start === undefined) return items.sort();
  }
}

function itemText(item: Record<string, AttributeValue>): string {
  return JSON.stringify(Object.entries(item).sort(), (_, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
  );
}

/** Every row of every table of PostgreSQL, Carryover's own among them, every column of theirs, and every item of DynamoDB. */
export async function everythingIn(world: World): Promise<unknown> {
  const { schema } = world.postgres;
  const columns = await world.service.sql.query(
    `SELECT table_name, column_name, data_type, column_default FROM information_schema.columns
      WHERE table_schema = $1 ORDER BY table_name, ordinal_position`,
    [schema],
  );
  const indexes = await world.service.sql.query('SELECT indexdef FROM pg_indexes WHERE schemaname = $1 ORDER BY 1', [
    schema,
  ]);
  const names = await world.service.sql.query<{ name: string }>(
    'SELECT tablename AS name FROM pg_tables WHERE schemaname = $1 ORDER BY 1',
    [schema],
  );
  const rows: Record<string, unknown[]> = {};
  for (const { name } of names.rows) rows[name] = await rowsOf(world, name);
  return { columns: columns.rows, indexes: indexes.rows, rows, directory: await directoryOf(world) };
}

export async function historyOf({ service }: Pick<World, 'service'>): Promise<HistoryEntry[]> {
  const entries: HistoryEntry[] = [];
  for await (const entry of history(service.versions)) entries.push(entry);
  return entries;
}

export async function partitionsOf({ service }: Pick<World, 'service'>): Promise<Record<string, PartitionEntry>> {
  const found: Record<string, PartitionEntry> = {};
  for await (const { id, entry } of partitionEntries(service.versions)) found[id] = entry;
  return found;
}
