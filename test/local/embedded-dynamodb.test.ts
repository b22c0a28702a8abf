import { CreateTableCommand, DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { testDynamodb } from '../support/dynamodb.js';

test('a table is active as soon as it is created', async () => {
  const engine = await testDynamodb();
  const client = new DynamoDBClient({ endpoint: engine.endpoint, region: 'eu-west-1' });
  await client.send(
    new CreateTableCommand({
      TableName: 'orders',
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      BillingMode: 'PAY_PER_REQUEST',
    }),
  );
  const answer = await client.send(new DescribeTableCommand({ TableName: 'orders' }));
  expect(answer.Table?.TableStatus).toBe('ACTIVE');
  client.destroy();
  await engine.stop();
});
