import { BatchWriteItemCommand, CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import pMap from 'p-map';

/** A client as users make it, for the peer and for loading. */
export function benchClient(endpoint: string): DynamoDBClient {
  const credentials = { accessKeyId: 'bench', secretAccessKey: 'bench' };
  return new DynamoDBClient({ region: 'us-east-1', endpoint, credentials });
}

/** An item of about 285 bytes, like those that Carryover's figures are given for. */
function itemOf(id: number): Record<string, { S: string } | { N: string }> {
  return {
    id: { S: `item-${String(id).padStart(9, '0')}` },
    total: { N: `${id * 7}.25` },
    customer: { S: `customer-${id % 997}` },
    text: { S: 'lorem ipsum dolor sit amet '.repeat(8).slice(0, 200) },
  };
}

/** Creates a table with a string key `id`. */
export async function createTable(client: DynamoDBClient, table: string): Promise<void> {
  await client.send(
    new CreateTableCommand({
      TableName: table,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    }),
  );
}

/** Fills a table with `items` items. */
export async function fillTable(client: DynamoDBClient, table: string, items: number): Promise<void> {
  await createTable(client, table);
  const batches = Array.from({ length: Math.ceil(items / 25) }, (_, index) => index * 25);
  await pMap(
    batches,
    async (from) => {
      const ids = Array.from({ length: Math.min(25, items - from) }, (_, index) => from + index);
      const requests = ids.map((id) => ({ PutRequest: { Item: itemOf(id) } }));
      await client.send(new BatchWriteItemCommand({ RequestItems: { [table]: requests } }));
    },
    { concurrency: 16 },
  );
}
