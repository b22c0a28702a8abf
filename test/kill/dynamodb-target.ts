import { DynamoDBClient, paginateScan, type AttributeValue } from '@aws-sdk/client-dynamodb';
import { rowText, tables, type Rows } from './source-rows.js';
import type { WireListener, WireRequest } from './wire.js';

export function dynamodbClient(endpoint: string): DynamoDBClient {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  return new DynamoDBClient({ region: 'us-east-1', endpoint, credentials });
}

/** What a reader of its own finds in the engine. */
export async function dynamodbRows(endpoint: string): Promise<Rows> {
  const client = dynamodbClient(endpoint);
  try {
    const found = await Promise.all(tables.map(async (table) => [table, await tableRows(client, table)] as const));
    return Object.fromEntries(found) as unknown as Rows;
  } finally {
    client.destroy();
  }
}

async function tableRows(client: DynamoDBClient, TableName: string): Promise<string[]> {
  const rows: string[] = [];
  for await (const { Items = [] } of paginateScan({ client }, { TableName, ConsistentRead: true }))
    rows.push(...Items.map(itemText));
  return rows;
}

/** An item of texts and numbers as the row that it was. */
export function itemText(item: Readonly<Record<string, AttributeValue>>): string {
  return rowText(Object.fromEntries(Object.entries(item).map(([name, value]) => [name, value.S ?? value.N])));
}

/** Sees each item that is put, and which of them a checkpoint had covered when it was put. */
export class PutWitness implements WireListener {
  /** Rows that no one may write again. */
  readonly covered = new Set<string>();
  readonly again: string[] = [];
  puts = 0;

  onRequest({ wire, operation, body }: WireRequest): undefined {
    if (wire !== 'target' || operation !== 'BatchWriteItem') return undefined;
    const { RequestItems = {} } = body as { RequestItems?: Record<string, Put[]> };
    const labels = Object.values(RequestItems).flatMap((puts) =>
      puts.map((put) => put.PutRequest?.Item.label?.S ?? ''),
    );
    this.puts += labels.length;
    this.again.push(...labels.filter((label) => this.covered.has(label)));
    return undefined;
  }

  onDone(): void {
    // What matters is what was sent.
  }
}

interface Put {
  readonly PutRequest?: { readonly Item: { readonly label?: { readonly S?: string } } };
}
