import { randomBytes } from 'node:crypto';
import {
  DeleteTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  ListTablesCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { CorruptDataError, OutcomeUnknownError, StoreUnavailableError, ThrottledError } from '../../src/errors.js';
import { DynamodbKeyValueDriver, openDynamodbKeyValueStore } from '../../src/kv/dynamodb-key-value-store.js';
import { toStoredForm } from '../../src/kv/stored-form.js';
import { testDynamodb, type TestDynamodb } from '../support/dynamodb.js';
import { kvConformance } from '../support/kv-conformance.js';

let engine: TestDynamodb;
let client: DynamoDBClient;
beforeAll(async () => {
  engine = await testDynamodb();
  client = new DynamoDBClient({ endpoint: engine.endpoint, region: 'us-east-1' });
});
afterAll(async () => {
  client.destroy();
  await engine.stop();
});

const newTable = (): string => `kv-${randomBytes(6).toString('hex')}`;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const [p, k] = [bytes('p'), bytes('k')];
const quick = { retry: { baseMs: 1, capMs: 2 } };

kvConformance('dynamodb', async () => new DynamodbKeyValueDriver({ client, table: newTable(), pageEntries: 10 }), {
  sequential: 10,
});

describe('key-value store in DynamoDB', () => {
  test('makes its table with the first write only, on demand, with binary keys', async () => {
    const table = newTable();
    const store = openDynamodbKeyValueStore({ client, table });
    await store.get(p, k);
    await store.delete(p, k);
    expect((await client.send(new ListTablesCommand({}))).TableNames).not.toContain(table);
    await store.set(p, k, bytes('v'));
    const { Table } = await client.send(new DescribeTableCommand({ TableName: table }));
    expect(Table).toMatchObject({
      BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
      AttributeDefinitions: expect.arrayContaining([
        { AttributeName: 'partition', AttributeType: 'B' },
        { AttributeName: 'key', AttributeType: 'B' },
      ]),
    });
  });

  test('goes on after its table was dropped', async () => {
    const table = newTable();
    const store = openDynamodbKeyValueStore({ client, table });
    await store.set(p, k, bytes('v'));
    await client.send(new DeleteTableCommand({ TableName: table }));
    expect(await store.get(p, k)).toBeUndefined();
    await store.setIf(p, k, bytes('w'), undefined);
    expect((await store.get(p, k))?.value).toEqual(bytes('w'));
  });

  test('names an entry that another hand wrote and that lacks its write ids', async () => {
    const table = newTable();
    const store = openDynamodbKeyValueStore({ client, table });
    await store.set(p, bytes('other'), bytes('v'));
    const item = { partition: { B: toStoredForm(p) }, key: { B: toStoredForm(k) }, value: { B: bytes('v') } };
    await client.send(new PutItemCommand({ TableName: table, Item: item }));
    await expect(store.get(p, k)).rejects.toThrow(CorruptDataError);
    await expect(store.get(p, k)).rejects.toThrow(/without "writes" at "p", "k"/);
  });

  test('leaves the client open unless it owns it', async () => {
    const own = new DynamoDBClient({ endpoint: engine.endpoint, region: 'us-east-1' });
    let destroyed = 0;
    own.destroy = () => void destroyed++;
    await openDynamodbKeyValueStore({ client: own, table: newTable() }).close();
    expect(destroyed).toBe(0);
    await openDynamodbKeyValueStore({ client: own, table: newTable(), ownsClient: true }).close();
    expect(destroyed).toBe(1);
  });
});

/** A client that breaks the connection, or answers an error, before or after each request of these commands. */
function breaking(when: 'before' | 'after', error: () => Error, times: number, ...commands: string[]) {
  const faulty = new DynamoDBClient({ endpoint: engine.endpoint, region: 'us-east-1', maxAttempts: 5 });
  const sent: string[] = [];
  let left = times;
  faulty.middlewareStack.add(
    (next, context) => async (args) => {
      sent.push(String(context.commandName));
      const hit = commands.includes(String(context.commandName)) && left-- > 0;
      if (hit && when === 'before') throw error();
      const result = await next(args);
      if (hit) throw error();
      return result;
    },
    { step: 'deserialize', name: 'breakConnection' },
  );
  return { faulty, sent };
}

const reset = (): Error => Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
const refused = (): Error => Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
const service = (name: string, fault: string) => (): Error =>
  Object.assign(new Error(name), { name, $fault: fault, $metadata: {} });

describe('key-value store in DynamoDB over a bad connection', () => {
  const written = async (): Promise<string> => {
    const table = newTable();
    await openDynamodbKeyValueStore({ client, table }).set(p, bytes('first'), bytes('v'));
    return table;
  };

  test.each([
    ['a reset connection', reset],
    ['an internal error', service('InternalServerError', 'server')],
    ['a request that timed out', () => Object.assign(new Error('aborted'), { name: 'AbortError' })],
  ])(
    'sends a conditional write once, whatever retries the client has, and looks after %s what became of it',
    async (_name, error) => {
      const table = await written();
      const { faulty, sent } = breaking('after', error, 1, 'PutItemCommand');
      const store = openDynamodbKeyValueStore({ client: faulty, table, ...quick });
      await store.setIf(p, k, bytes('v'), undefined);
      expect(sent).toEqual(['PutItemCommand', 'GetItemCommand']);
    },
  );

  test('does not know of a creation that never arrived', async () => {
    const { faulty } = breaking('before', reset, 1, 'PutItemCommand');
    const store = openDynamodbKeyValueStore({ client: faulty, table: await written(), ...quick });
    await expect(store.setIf(p, k, bytes('v'), undefined)).rejects.toThrow(OutcomeUnknownError);
  });

  test('repeats a creation that nobody listened to', async () => {
    const { faulty } = breaking('before', refused, 2, 'PutItemCommand');
    const store = openDynamodbKeyValueStore({ client: faulty, table: await written(), ...quick });
    await store.setIf(p, k, bytes('v'), undefined);
    expect((await store.get(p, k))?.value).toEqual(bytes('v'));
  });

  test('repeats throttled requests a bounded number of times', async () => {
    const throttled = service('ProvisionedThroughputExceededException', 'client');
    const { faulty, sent } = breaking('before', throttled, 100, 'GetItemCommand', 'PutItemCommand');
    const store = openDynamodbKeyValueStore({ client: faulty, table: await written(), ...quick });
    await expect(store.get(p, k)).rejects.toThrow(ThrottledError);
    await expect(store.setIf(p, k, bytes('v'), undefined)).rejects.toThrow(ThrottledError);
    expect(sent).toHaveLength(8);
  });

  test('takes no other refusal for absence', async () => {
    const { faulty, sent } = breaking('before', service('AccessDeniedException', 'client'), 100, 'GetItemCommand');
    const store = openDynamodbKeyValueStore({ client: faulty, table: await written(), ...quick });
    await expect(store.get(p, k)).rejects.toThrow('AccessDeniedException');
    expect(sent).toHaveLength(1);
  });

  test('counts a request that hangs as lost', async () => {
    const { faulty } = breaking('before', reset, 0);
    faulty.middlewareStack.add(
      (_next) => (args) =>
        new Promise((_resolve, reject) => {
          void args;
          setTimeout(() => reject(Object.assign(new Error('Request aborted'), { name: 'AbortError' })), 20);
        }),
      { step: 'deserialize', name: 'hang' },
    );
    const store = openDynamodbKeyValueStore({ client: faulty, table: await written(), requestTimeoutMs: 10, ...quick });
    await expect(store.get(p, k)).rejects.toThrow(StoreUnavailableError);
  });
});
