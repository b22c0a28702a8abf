import { type TestDynamodb, testDynamodb } from '../../support/dynamodb.js';
import type { SentBody } from './mangling-proxy.js';
import { refusal } from './mangling-proxy.js';
import { created, openProxiedStore, ownDescription, type ProxiedStore } from './proxied-store.js';

let engine: TestDynamodb;
let proxied: ProxiedStore;

beforeAll(async () => {
  engine = await testDynamodb();
});
beforeEach(async () => {
  proxied = await openProxiedStore(engine);
});
afterEach(() => proxied.stop());
afterAll(() => engine.stop());

async function namesOf(tables: AsyncIterable<string>): Promise<string[]> {
  const names: string[] = [];
  for await (const name of tables) names.push(name);
  return names.sort();
}

function sentOf(operation: string): SentBody[] {
  return proxied.proxy.sent.filter((sent) => sent.operation === operation).map(({ body }) => body);
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

describe('a table in the way', () => {
  it('is told before anything is dropped when it is protected from deletion', async () => {
    await created(proxied.store, ownDescription('orders'));
    const dropFaults = async () => (await proxied.store.preflight(ownDescription('orders'), 'target')).drop;
    expect(await dropFaults()).toEqual([]);
    const Table = { TableName: 'orders', TableStatus: 'ACTIVE', DeletionProtectionEnabled: true };
    proxied.proxy.mangle = ({ operation }) =>
      operation === 'DescribeTable' ? { status: 200, body: { Table } } : undefined;
    expect(await dropFaults()).toEqual([
      { field: 'table "orders"', message: expect.stringMatching(/protected from deletion/) as string },
    ]);
  });
});

describe('the count of a table', () => {
  it('is unknown where the engine says zero, which is what stands there before it counts', async () => {
    await created(proxied.store, ownDescription('orders'));
    let counted = { ItemCount: 0, TableSizeBytes: 0 };
    const key = {
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    };
    proxied.proxy.mangle = ({ operation }) => {
      const Table = { TableId: '1', TableStatus: 'ACTIVE', ...key, ...counted };
      if (operation === 'ListTagsOfResource') return { status: 200, body: {} };
      return operation === 'DescribeTable' ? { status: 200, body: { Table } } : undefined;
    };
    const unknown = await proxied.store.describe('orders');
    expect([unknown.items, unknown.sizeBytes]).toEqual([undefined, undefined]);
    counted = { ItemCount: 12, TableSizeBytes: 800 };
    expect(await proxied.store.describe('orders')).toMatchObject({ items: 12, sizeBytes: 800 });
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
