import type { Item } from '../../../src/stores/item.js';
import type { TableDescription } from '../../../src/stores/store.js';
import type { SentBody } from './mangling-proxy.js';
import { refusal } from './mangling-proxy.js';
import {
  created,
  foreignDescription,
  idKey,
  numbered,
  openProxiedStore,
  ownDescription,
  type ProxiedStore,
  readAll,
  writeAll,
} from './proxied-store.js';

let proxied: ProxiedStore;

beforeEach(async () => {
  proxied = await openProxiedStore();
});
afterEach(() => proxied.stop());

async function namesOf(tables: AsyncIterable<string>): Promise<string[]> {
  const names: string[] = [];
  for await (const name of tables) names.push(name);
  return names.sort();
}

function sentOf(operation: string): SentBody[] {
  return proxied.proxy.sent.filter((sent) => sent.operation === operation).map(({ body }) => body);
}

/** A table with everything that CreateTable knows. */
function richDescription(name: string, region = 'eu-west-1'): TableDescription {
  const metadata = {
    AttributeDefinitions: [
      { AttributeName: 'id', AttributeType: 'S' },
      { AttributeName: 'at', AttributeType: 'N' },
      { AttributeName: 'who', AttributeType: 'B' },
    ],
    KeySchema: [
      { AttributeName: 'id', KeyType: 'HASH' },
      { AttributeName: 'at', KeyType: 'RANGE' },
    ],
    LocalSecondaryIndexes: [
      {
        IndexName: 'by-who-here',
        KeySchema: [
          { AttributeName: 'id', KeyType: 'HASH' },
          { AttributeName: 'who', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['note'] },
      },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'by-who',
        KeySchema: [{ AttributeName: 'who', KeyType: 'HASH' }],
        Projection: { ProjectionType: 'KEYS_ONLY' },
        ProvisionedThroughput: { ReadCapacityUnits: 3, WriteCapacityUnits: 4 },
      },
    ],
    BillingMode: 'PROVISIONED',
    ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 6 },
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
    SSESpecification: { Enabled: true, SSEType: 'KMS', KMSMasterKeyId: `arn:aws:kms:${region}:111122223333:key/k` },
    TableClass: 'STANDARD_INFREQUENT_ACCESS',
    DeletionProtectionEnabled: true,
    Tags: [
      { Key: 'team', Value: 'orders' },
      { Key: 'aws:cloudformation:stack-name', Value: 's' },
    ],
    TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true },
  };
  const key: TableDescription['key'] = [
    { name: 'id', type: 'S' },
    { name: 'at', type: 'N' },
  ];
  return { name, identity: 'x', key, ttlAttribute: 'expires', origin: { engine: 'dynamodb', metadata } };
}

describe('the tables of a store', () => {
  it("are those with its prefix, page by page, without Carryover's own", async () => {
    const names = Array.from({ length: 12 }, (_, at) => `orders-${at}`);
    for (const name of names) await created(proxied.store, ownDescription(name));
    await proxied.store.keyValues.set(Buffer.of(1), Buffer.of(1), Buffer.of(1));
    const physical = (name: string) => proxied.prefix + name;
    const pages = [[...names.slice(0, 5), 'carryover'].map(physical), ['other'], names.slice(5).map(physical)];
    proxied.proxy.mangle = ({ operation, body }) => {
      if (operation !== 'ListTables') return undefined;
      const at = body['ExclusiveStartTableName'] === undefined ? 0 : Number(body['ExclusiveStartTableName']) + 1;
      const last = at < 2 ? { LastEvaluatedTableName: String(at) } : {};
      return { status: 200, body: { TableNames: pages[at], ...last } };
    };
    expect(await namesOf(proxied.store.tables())).toEqual(names.toSorted());
    proxied.proxy.mangle = () => undefined;
    expect(await namesOf(proxied.store.tables())).toEqual(names.toSorted());
  });

  it("never include Carryover's own, whatever is asked", async () => {
    const own = 'carryover';
    await proxied.store.keyValues.set(Buffer.of(1), Buffer.of(1), Buffer.of(1));
    await expect(proxied.store.describe(own)).rejects.toThrow(/Carryover's own/);
    await expect(proxied.store.create(ownDescription(own))).rejects.toThrow(/Carryover's own/);
    await expect(proxied.store.drop(own)).rejects.toThrow(/Carryover's own/);
    expect(() => proxied.store.writer(own, { unit: 0, position: 0 })).toThrow(/Carryover's own/);
    expect(sentOf('DeleteTable')).toEqual([]);
  });

  it.each([
    ['x', /3 to 255 characters/],
    ['a'.repeat(250), /3 to 255 characters/],
    ['orders/old', /only the characters/],
    ['carryover', /Carryover's own/],
  ])('must have names that DynamoDB takes: not %.20s', async (name, message) => {
    const store = name === 'x' ? withoutPrefix() : proxied.store;
    const { faults } = await store.preflight(ownDescription(name), 'target');
    expect(faults).toEqual([{ field: `table "${name}"`, message: expect.stringMatching(message) as string }]);
  });
});

function withoutPrefix() {
  return proxied.reopen(10_000, '');
}

describe('making a table', () => {
  it('asks for all that CreateTable knows, but leaves stream, time to live and protection for later', async () => {
    proxied.proxy.mangle = ({ operation }) =>
      operation === 'CreateTable' ? refusal('AccessDeniedException') : undefined;
    const description = richDescription('rich');
    await expect(proxied.store.create(description)).rejects.toThrow(/refused CreateTable/);
    const { StreamSpecification, DeletionProtectionEnabled, TimeToLiveSpecification, ...atOnce } = description.origin
      .metadata as Record<string, unknown>;
    expect([StreamSpecification, DeletionProtectionEnabled, TimeToLiveSpecification]).not.toContain(undefined);
    expect(sentOf('CreateTable')).toEqual([
      { TableName: `${proxied.prefix}rich`, ...atOnce, Tags: [{ Key: 'team', Value: 'orders' }] },
    ]);
  });

  it("takes the default key of KMS where the source's key is of another region, and warns of it", async () => {
    proxied.proxy.mangle = ({ operation }) =>
      operation === 'CreateTable' ? refusal('AccessDeniedException') : undefined;
    const description = richDescription('rich', 'us-east-1');
    await expect(proxied.store.create(description)).rejects.toThrow();
    expect(sentOf('CreateTable')[0]?.['SSESpecification']).toEqual({ Enabled: true, SSEType: 'KMS' });
    const { warnings } = await proxied.store.preflight(description, 'target');
    expect(warnings[0]?.message).toMatch(/us-east-1.*another region/);
  });

  it('describes the table as the one it was made from', async () => {
    const description = richDescription('rich');
    await created(proxied.store, description);
    const described = await proxied.store.describe('rich');
    const made = description.origin.metadata as Record<string, unknown>;
    expect(described.key).toEqual(description.key);
    expect(described.origin.metadata).toMatchObject({
      KeySchema: made['KeySchema'],
      LocalSecondaryIndexes: made['LocalSecondaryIndexes'],
      GlobalSecondaryIndexes: made['GlobalSecondaryIndexes'],
      BillingMode: 'PROVISIONED',
      ProvisionedThroughput: made['ProvisionedThroughput'],
    });
    const copied = { ...described, name: 'copy' };
    await created(proxied.store, copied);
    expect((await proxied.store.describe('copy')).origin).toEqual(described.origin);
  });

  it('is ready only when table and indexes are, and says the same identity each time', async () => {
    const identity = await created(proxied.store, richDescription('rich'));
    const indexStatus = (status: string, indexes: string) => ({
      status: 200,
      body: {
        Table: {
          ...{ TableName: 'rich', TableStatus: status, TableId: identity },
          AttributeDefinitions: (richDescription('rich').origin.metadata as Record<string, object>)[
            'AttributeDefinitions'
          ],
          KeySchema: (richDescription('rich').origin.metadata as Record<string, object>)['KeySchema'],
          GlobalSecondaryIndexes: [{ IndexName: 'by-who', IndexStatus: indexes }],
        },
      },
    });
    for (const [status, indexes, ready] of [
      ['CREATING', 'CREATING', false],
      ['ACTIVE', 'CREATING', false],
      ['UPDATING', 'ACTIVE', false],
      ['ACTIVE', 'ACTIVE', true],
    ] as const) {
      proxied.proxy.mangle = () => indexStatus(status, indexes);
      expect(await proxied.store.create(richDescription('rich'))).toEqual({ ready, identity });
    }
    proxied.proxy.mangle = () => indexStatus('INACCESSIBLE_ENCRYPTION_CREDENTIALS', 'ACTIVE');
    await expect(proxied.store.create(richDescription('rich'))).rejects.toThrow(/INACCESSIBLE_ENCRYPTION_CREDENTIALS/);
  });

  it('changes nothing about a table that is there and fits; refuses one with another key', async () => {
    const identity = await created(proxied.store, ownDescription('orders'));
    await writeAll(proxied.store, 'orders', numbered(3));
    proxied.proxy.sent.length = 0;
    expect(await proxied.store.create(ownDescription('orders'))).toEqual({ ready: true, identity });
    expect(await proxied.store.create(foreignDescription('orders', idKey))).toEqual({ ready: true, identity });
    expect((await proxied.store.describe('orders')).origin.engine).toBe('dynamodb');
    expect(sentOf('CreateTable')).toEqual([]);
    await expect(proxied.store.create(ownDescription('orders', [{ name: 'id', type: 'N' }]))).rejects.toThrow(
      /table "orders": is there with the key \(id S\); the key \(id N\) is needed/,
    );
    expect(await readAll(proxied.store, 'orders')).toHaveLength(3);
  });

  it('knows its own table again when the answer to CreateTable was lost', async () => {
    proxied.proxy.mangle = ({ operation }) =>
      operation === 'CreateTable' && sentOf('CreateTable').length === 1 ? 'lost' : undefined;
    await created(proxied.store, foreignDescription('lines', idKey));
    expect((await proxied.store.describe('lines')).origin.engine).toBe('memory');
  });
});

describe('dropping a table', () => {
  it('takes that table alone, is true when it is gone, and a new one of the name has another identity', async () => {
    const first = await created(proxied.store, ownDescription('orders'));
    await created(proxied.store, ownDescription('others'));
    while (!(await proxied.store.drop('orders')));
    expect(await namesOf(proxied.store.tables())).toEqual(['others']);
    expect(await proxied.store.drop('orders')).toBe(true);
    await expect(proxied.store.describe('orders')).rejects.toMatchObject({
      name: 'TableNotFoundError',
      table: 'orders',
    });
    expect(await created(proxied.store, ownDescription('orders'))).not.toBe(first);
  });

  it('is not done while the engine is busy with the table', async () => {
    await created(proxied.store, ownDescription('orders'));
    proxied.proxy.mangle = ({ operation }) =>
      operation === 'DeleteTable' ? refusal('ResourceInUseException') : undefined;
    expect(await proxied.store.drop('orders')).toBe(false);
    expect(await namesOf(proxied.store.tables())).toEqual(['orders']);
  });

  it("fails with the engine's words when the table is protected", async () => {
    await created(proxied.store, ownDescription('orders'));
    proxied.proxy.mangle = ({ operation }) =>
      operation === 'DeleteTable' ? refusal('ValidationException', 'protected against deletion') : undefined;
    await expect(proxied.store.drop('orders')).rejects.toThrow(/table "orders".*protected against deletion/);
  });
});

describe('a table from another engine', () => {
  const key: TableDescription['key'] = [
    { name: 'shop', type: 'S' },
    { name: 'order', type: 'N' },
    { name: 'part', type: 'B' },
  ];
  const items: Item[] = ['', '\u0000', 'x'].flatMap((shop) =>
    ['-1.5', '0', '12345678901234567890123456789012345678'].map((order, at) => ({
      shop: { S: shop },
      order: { N: order },
      part: { B: new Uint8Array(at) },
      note: { S: `${shop}/${order}` },
    })),
  );
  const inOrder = (some: readonly Item[]): Item[] =>
    [...some].sort((a, b) => JSON.stringify(a['note']).localeCompare(JSON.stringify(b['note'])));

  it('carries three key columns through one sort key, empty values too, and describes itself as it was', async () => {
    const description = foreignDescription('lines', key);
    const identity = await created(proxied.store, description);
    await writeAll(proxied.store, 'lines', items);
    expect(sentOf('CreateTable').at(-1)).toMatchObject({
      AttributeDefinitions: [
        { AttributeName: 'shop', AttributeType: 'S' },
        { AttributeName: 'order+part', AttributeType: 'B' },
      ],
    });
    const other = proxied.reopen();
    expect(inOrder(await readAll(other, 'lines', 4))).toEqual(inOrder(items));
    const keys = items.map(({ shop, order, part }) => ({ shop, order, part }) as Item);
    expect((await other.get!('lines', keys)).items).toEqual(items);
    expect(await other.describe('lines')).toMatchObject({ key, origin: description.origin, identity });
    await other.remove!('lines', keys.slice(1));
    expect(await readAll(other, 'lines')).toEqual(items.slice(0, 1));
  });

  it.each([
    ['S' as const, { S: '' }],
    ['B' as const, { B: new Uint8Array() }],
  ])('carries empty keys of type %s beside those they could be taken for', async (type, empty) => {
    await created(
      proxied.store,
      foreignDescription('lines', [
        { name: 'a', type },
        { name: 'b', type },
      ]),
    );
    const zero = 'S' in empty ? { S: '\u0000' } : { B: Uint8Array.of(0) };
    const all: Item[] = [empty, zero].flatMap((a) => [empty, zero].map((b) => ({ a, b })));
    await writeAll(proxied.store, 'lines', all);
    const found = await readAll(proxied.store, 'lines');
    expect(found).toHaveLength(4);
    expect(found).toEqual(expect.arrayContaining(all));
  });

  it('is the table it was again after a Setup that was killed between making it and noting so', async () => {
    const description = foreignDescription('lines', key);
    proxied.proxy.mangle = ({ operation }) =>
      operation === 'PutItem' && sentOf('PutItem').length > 2 ? { status: 500, body: {} } : undefined;
    await expect(created(proxied.store, description)).rejects.toMatchObject({ name: 'StoreUnavailableError' });
    expect(sentOf('CreateTable')).not.toHaveLength(0);
    proxied.proxy.mangle = () => undefined;
    await created(proxied.reopen(), description);
    expect(await proxied.reopen().describe('lines')).toMatchObject({ key, origin: description.origin });
  });

  it('is a plain table once it was dropped and made anew', async () => {
    await created(proxied.store, foreignDescription('lines', idKey));
    while (!(await proxied.store.drop('lines')));
    await created(proxied.store, ownDescription('lines'));
    expect((await proxied.store.describe('lines')).origin.engine).toBe('dynamodb');
  });

  it.each<[string, Item, RegExp]>([
    ['without a further key column', { shop: { S: 'a' }, order: { N: '1' } }, /needs "order" \(N\), "part" \(B\)/],
    [
      'with a number that is too long for a key',
      { shop: { S: 'a' }, order: { N: '1'.repeat(39) }, part: { B: Buffer.of(1) } },
      /at most 38 digits/,
    ],
    [
      "with the sort key's name",
      { shop: { S: 'a' }, order: { N: '1' }, part: { B: Buffer.of(1) }, 'order+part': { S: 'x' } },
      /"order\+part" is the sort key's/,
    ],
    [
      'with more than 1,024 bytes of further columns',
      { shop: { S: 'a' }, order: { N: '1' }, part: { B: new Uint8Array(600) } },
      /more than 1024 bytes/,
    ],
  ])('refuses an item %s', async (_what, item, message) => {
    await created(proxied.store, foreignDescription('lines', key));
    await expect(writeAll(proxied.store, 'lines', [item])).rejects.toThrow(message);
  });

  it('must have a key: one column at least, none twice', async () => {
    const none = await proxied.store.preflight(foreignDescription('lines', []), 'target');
    expect(none.faults).toMatchObject([
      { field: 'table "lines"', message: expect.stringContaining('no primary key') as string },
    ]);
    const twice = await proxied.store.preflight(foreignDescription('lines', [...idKey, ...idKey]), 'target');
    expect(twice.faults).toMatchObject([{ field: 'table "lines", column "id"' }]);
  });
});

describe('finishing a table', () => {
  it('asks for stream, protection and time to live, one after the other, and for nothing that is on', async () => {
    const description = richDescription('rich');
    const state: Record<string, unknown> = { TableName: 'rich', TableStatus: 'ACTIVE', TableId: '1' };
    let ttl = 'DISABLED';
    proxied.proxy.mangle = ({ operation, body }) => {
      const { TableName: _name, ...change } = body;
      if (operation === 'UpdateTable') Object.assign(state, change, { TableStatus: 'UPDATING' });
      if (operation === 'UpdateTimeToLive') ttl = 'ENABLING';
      if (operation === 'DescribeTimeToLive') {
        return { status: 200, body: { TimeToLiveDescription: { TimeToLiveStatus: ttl, AttributeName: 'expires' } } };
      }
      return { status: 200, body: { Table: { ...state }, TableDescription: { ...state } } };
    };
    expect(await proxied.store.finish(description)).toBe(false);
    expect(await proxied.store.finish(description)).toBe(false);
    state['TableStatus'] = 'ACTIVE';
    expect(await proxied.store.finish(description)).toBe(false);
    state['TableStatus'] = 'ACTIVE';
    expect(await proxied.store.finish(description)).toBe(true);
    expect(await proxied.store.finish(description)).toBe(true);
    const TableName = `${proxied.prefix}rich`;
    expect(sentOf('UpdateTable')).toEqual([
      { TableName, StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' } },
      { TableName, DeletionProtectionEnabled: true },
    ]);
    expect(sentOf('UpdateTimeToLive')).toEqual([
      { TableName, TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true } },
    ]);
  });

  it('ends on the embedded engine, which has none of these', async () => {
    await created(proxied.store, richDescription('rich'));
    let calls = 0;
    while (!(await proxied.store.finish(richDescription('rich')))) expect((calls += 1)).toBeLessThan(10);
    expect(await proxied.store.finish(richDescription('rich'))).toBe(true);
  });

  it('passes on every other refusal', async () => {
    await created(proxied.store, richDescription('rich'));
    proxied.proxy.mangle = ({ operation }) =>
      operation === 'UpdateTable' ? refusal('ValidationException', 'Stream view type is not allowed') : undefined;
    await expect(proxied.store.finish(richDescription('rich'))).rejects.toThrow(/Stream view type is not allowed/);
  });
});

describe('a source table', () => {
  it('is told what it has that is not carried, and what could not be seen', async () => {
    await created(proxied.store, ownDescription('orders'));
    proxied.proxy.mangle = ({ operation }) => {
      switch (operation) {
        case 'DescribeContinuousBackups':
          return {
            status: 200,
            body: {
              ContinuousBackupsDescription: {
                PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: 'ENABLED' },
              },
            },
          };
        case 'GetResourcePolicy':
          return refusal('PolicyNotFoundException');
        case 'ListContributorInsights':
          return refusal('AccessDeniedException');
        default:
          return undefined;
      }
    };
    const { faults, warnings } = await proxied.store.preflight(await proxied.store.describe('orders'), 'source');
    expect(faults).toEqual([]);
    expect(warnings.map(({ message }) => message)).toEqual([
      'has point-in-time recovery, which is not carried',
      expect.stringMatching(/contributor insights.*could not be seen/),
    ]);
  });
});
