import { CreateTableCommand, DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { randomUUID } from 'node:crypto';
import { InputError, TableNotFoundError } from '../../src/errors.js';
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
});
