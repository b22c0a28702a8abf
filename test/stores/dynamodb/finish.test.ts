import { type TestDynamodb, testDynamodb } from '../../support/dynamodb.js';
import type { SentBody } from './mangling-proxy.js';
import { refusal } from './mangling-proxy.js';
import { created, openProxiedStore, type ProxiedStore } from './proxied-store.js';
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

  it('takes a change for made whose answer was lost, and that is refused when it is asked for again', async () => {
    const description = richDescription('rich');
    const state: Record<string, unknown> = { TableName: 'rich', TableStatus: 'ACTIVE', TableId: '1' };
    let ttl = 'DISABLED';
    let isLost = true;
    proxied.proxy.mangle = ({ operation, body }) => {
      const { TableName: _name, ...change } = body;
      const isChange = operation === 'UpdateTable' || operation === 'UpdateTimeToLive';
      if (isChange && !isLost) return refusal('ValidationException', 'it is enabled already');
      if (operation === 'UpdateTable') Object.assign(state, change);
      if (operation === 'UpdateTimeToLive') ttl = 'ENABLING';
      // Done, and nobody hears of it.
      if (isChange) isLost = false;
      if (isChange) return refusal('InternalServerError');
      if (operation === 'DescribeTimeToLive')
        return { status: 200, body: { TimeToLiveDescription: { TimeToLiveStatus: ttl, AttributeName: 'expires' } } };
      return { status: 200, body: { Table: { ...state }, TableDescription: { ...state } } };
    };
    for (const expected of [false, false, true]) {
      isLost = true;
      expect(await proxied.store.finish(description)).toBe(expected);
    }
    expect(state).toMatchObject({ StreamSpecification: { StreamEnabled: true }, DeletionProtectionEnabled: true });
    expect(ttl).toBe('ENABLING');
    expect(sentOf('UpdateTimeToLive')).toHaveLength(2);
  });

  it('waits while somebody else changes the table', async () => {
    const description = richDescription('rich');
    let status = 'ACTIVE';
    proxied.proxy.mangle = ({ operation }) => {
      if (operation !== 'UpdateTable')
        return { status: 200, body: { Table: { TableName: 'rich', TableStatus: status, TableId: '1' } } };
      status = 'UPDATING';
      return refusal('ResourceInUseException', 'the table is being updated');
    };
    expect(await proxied.store.finish(description)).toBe(false);
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
