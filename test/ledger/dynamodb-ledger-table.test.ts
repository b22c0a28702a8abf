import { CreateTableCommand, DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { randomUUID } from 'node:crypto';
import { InputError, TableNotFoundError } from '../../src/errors.js';
import { startFaultyProxy, type FaultyProxy } from './faulty-proxy.js';
import { openTestLedger, type TestLedger } from './test-ledger.js';

let context: TestLedger;
let client: DynamoDBClient;

beforeAll(async () => {
  context = await openTestLedger();
  client = new DynamoDBClient({ region: 'eu-central-1', endpoint: context.endpoint });
});

afterAll(async () => {
  client.destroy();
  await context.stop();
});

describe('the table of a ledger', () => {
  test('is billed by request, and has partition and entry for keys', async () => {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: context.table }));
    expect(Table?.BillingModeSummary?.BillingMode).toBe('PAY_PER_REQUEST');
    expect(Table?.KeySchema).toEqual([
      { AttributeName: 'partition', KeyType: 'HASH' },
      { AttributeName: 'entry', KeyType: 'RANGE' },
    ]);
  });

  test('is made once, by however many at once, and keeps what is in it', async () => {
    const table = `ledger-${randomUUID()}`;
    const ledgers = Array.from({ length: 3 }, () => context.another({ table }));
    await Promise.all(ledgers.map((ledger) => ledger.ensure()));
    await ledgers[0]?.putDocument('a1', 'kept', true);
    await ledgers[1]?.ensure();
    expect(await ledgers[2]?.document('a1', 'kept')).toBe(true);
  });

  test('that is missing is told by name and place', async () => {
    const ledger = context.another({ table: 'nowhere', location: 'dynamodb://eu-central-1/nowhere' });
    await expect(ledger.run('r1')).rejects.toThrow(TableNotFoundError);
    await expect(ledger.run('r1')).rejects.toThrow('table "nowhere" is not in dynamodb://eu-central-1/nowhere');
  });

  test('with other keys is refused', async () => {
    const table = `orders-${randomUUID()}`;
    await client.send(
      new CreateTableCommand({
        TableName: table,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      }),
    );
    const ledger = context.another({ table });
    await expect(ledger.ensure()).rejects.toThrow(InputError);
    await expect(ledger.ensure()).rejects.toThrow(`table "${table}" is no ledger`);
  });

  describe('when it is new', () => {
    let proxy: FaultyProxy;

    beforeAll(async () => {
      proxy = await startFaultyProxy(context.endpoint);
    });

    beforeEach(() => {
      proxy.fault = () => undefined;
      proxy.sent.length = 0;
    });

    afterAll(() => proxy.stop());

    const behindProxy = () => context.another({ endpoint: proxy.endpoint, table: `ledger-${randomUUID()}` });
    const protections = () => proxy.sent.filter((operation) => operation === 'UpdateContinuousBackups').length;

    test('gets point-in-time recovery, where the engine knows it, and later calls change nothing', async () => {
      const ledger = behindProxy();
      await ledger.ensure();
      expect(protections()).toBe(1);
      await ledger.ensure();
      expect(protections()).toBe(1);
    });

    test('waits until backups can be switched on', async () => {
      proxy.fault = (operation) =>
        operation === 'UpdateContinuousBackups' && protections() < 4 ? 'no-backups-yet' : undefined;
      await behindProxy().ensure();
      expect(protections()).toBe(4);
    });

    test('does not pass over the refusal to switch them on', async () => {
      proxy.fault = (operation) => (operation === 'UpdateContinuousBackups' ? 'denied' : undefined);
      await expect(behindProxy().ensure()).rejects.toThrow('DynamoDB does not allow it: not authorized');
    });

    test('is made although the answer was lost', async () => {
      proxy.fault = (operation) =>
        operation === 'CreateTable' && proxy.sent.filter((sent) => sent === operation).length === 1
          ? 'lose-answer'
          : undefined;
      const ledger = behindProxy();
      await ledger.ensure();
      await ledger.putDocument('a1', 'there', true);
      expect(await ledger.document('a1', 'there')).toBe(true);
    });
  });
});
