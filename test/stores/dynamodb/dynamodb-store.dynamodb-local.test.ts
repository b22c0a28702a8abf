import { DescribeTableCommand, DynamoDBClient, UpdateTableCommand } from '@aws-sdk/client-dynamodb';
import type { Item } from '../../../src/stores/item.js';
import type { TableDescription } from '../../../src/stores/store.js';
import { type TestDynamodb, testDynamodb } from '../../support/dynamodb.js';
import { created, openProxiedStore, type ProxiedStore, readAll, writeAll } from './proxied-store.js';
import { richDescription } from './rich-description.js';

/** What only Amazon's own engine does: streams, time to live, protection, and attributes named `__proto__`. */
let engine: TestDynamodb;
let proxied: ProxiedStore;
let client: DynamoDBClient;

beforeAll(async () => {
  engine = await testDynamodb();
  proxied = await openProxiedStore(engine);
  client = new DynamoDBClient({ region: 'eu-west-1', endpoint: engine.endpoint });
});
afterAll(async () => {
  client.destroy();
  await proxied.stop();
  await engine.stop();
});

async function engineTable(table: string) {
  const { Table } = await client.send(new DescribeTableCommand({ TableName: proxied.prefix + table }));
  return Table;
}

async function finished(description: TableDescription): Promise<void> {
  let calls = 0;
  while (!(await proxied.store.finish(description))) expect((calls += 1)).toBeLessThan(100);
}

describe('a table on DynamoDB Local', () => {
  it('gets stream, protection and time to live when it is finished, not before, and describes them', async () => {
    const description = richDescription('rich');
    await created(proxied.store, description);
    expect(await engineTable('rich')).toMatchObject({ DeletionProtectionEnabled: false });
    expect((await engineTable('rich'))?.StreamSpecification).toBeUndefined();
    expect((await proxied.store.describe('rich')).ttlAttribute).toBeUndefined();

    await finished(description);
    await finished(description);
    expect(await engineTable('rich')).toMatchObject({
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
      DeletionProtectionEnabled: true,
    });
    const described = await proxied.store.describe('rich');
    expect(described.ttlAttribute).toBe('expires');
    const { Tags, TableClass, SSESpecification, ...known } = description.origin.metadata as Record<string, unknown>;
    expect([Tags, TableClass, SSESpecification]).not.toContain(undefined);
    expect(described.origin.metadata).toMatchObject(known);
  });

  it('is not dropped while it is protected, and the error says so', async () => {
    const description = richDescription('protected');
    await created(proxied.store, description);
    await finished(description);
    await expect(proxied.store.drop('protected')).rejects.toThrow(/table "protected".*protect/i);
    const TableName = `${proxied.prefix}protected`;
    await client.send(new UpdateTableCommand({ TableName, DeletionProtectionEnabled: false }));
    while (!(await proxied.store.drop('protected')));
  });

  it('carries attributes named __proto__, at any depth', async () => {
    const description = richDescription('names');
    await created(proxied.store, description);
    const item: Item = Object.fromEntries([
      ['id', { S: 'a' }],
      ['at', { N: '1' }],
      ['__proto__', { S: 'kept' }],
      ['map', { M: Object.fromEntries([['__proto__', { N: '1' }]]) }],
    ]);
    await writeAll(proxied.store, 'names', [item]);
    const asEntries = (some: Item) => Object.entries(some).sort(([a], [b]) => (a < b ? -1 : 1));
    const found = await readAll(proxied.store, 'names');
    expect(JSON.stringify(found.map(asEntries))).toBe(JSON.stringify([asEntries(item)]));
  });
});
