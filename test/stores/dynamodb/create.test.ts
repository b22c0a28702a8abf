import { type TestDynamodb, testDynamodb } from '../../support/dynamodb.js';
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
import { richDescription } from './rich-description.js';

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

function sentOf(operation: string): SentBody[] {
  return proxied.proxy.sent.filter((sent) => sent.operation === operation).map(({ body }) => body);
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
