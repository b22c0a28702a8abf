import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { CreateTableCommand, DescribeTableCommand, DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { build } from 'esbuild';
import { startEmbeddedDynamodb } from '../../src/local/embedded-dynamodb.js';

/** A process that opens folders, built as the package is: the worker beside it. */
let program: string;
let folder: string;
const children = new Set<ChildProcess>();

beforeAll(async () => {
  program = await mkdtemp(join(tmpdir(), 'carryover-dynamodb-child-'));
  await symlink(join(process.cwd(), 'node_modules'), join(program, 'node_modules'));
  await build({
    entryPoints: [
      { in: 'test/local/embedded-dynamodb-child.ts', out: 'local/embedded-dynamodb-child' },
      { in: 'src/local/embedded-dynamodb-worker.ts', out: 'local/embedded-dynamodb-worker' },
      { in: 'src/parse-json.ts', out: 'parse-json' },
    ],
    outdir: program,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
  });
});

afterAll(() => rm(program, { recursive: true, force: true }));

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'carryover-dynamodb-test-'));
});

afterEach(async () => {
  for (const child of children) await kill(child);
  children.clear();
  await rm(folder, { recursive: true, force: true });
});

async function openInChild(...args: string[]): Promise<{ child: ChildProcess; endpoint: string }> {
  const child = spawn(process.execPath, [join(program, 'local/embedded-dynamodb-child.mjs'), folder, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  children.add(child);
  const [endpoint] = (await Promise.race([
    once(createInterface({ input: child.stdout }), 'line'),
    once(child, 'exit'),
  ])) as [unknown];
  if (typeof endpoint !== 'string') throw new Error(`the child ended with ${String(endpoint)}`);
  return { child, endpoint };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

async function withClient<T>(endpoint: string, work: (client: DynamoDBClient) => Promise<T>): Promise<T> {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new DynamoDBClient({ endpoint, region: 'eu-west-1', credentials });
  try {
    return await work(client);
  } finally {
    client.destroy();
  }
}

async function createTable(endpoint: string, name: string): Promise<void> {
  await withClient(endpoint, (client) =>
    client.send(
      new CreateTableCommand({
        TableName: name,
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
        BillingMode: 'PAY_PER_REQUEST',
      }),
    ),
  );
}

async function tables(endpoint: string): Promise<string[] | undefined> {
  return (await withClient(endpoint, (client) => client.send(new ListTablesCommand({})))).TableNames;
}

test('a table is active as soon as it is created', async () => {
  const engine = await startEmbeddedDynamodb();
  await createTable(engine.endpoint, 'orders');
  const answer = await withClient(engine.endpoint, (client) =>
    client.send(new DescribeTableCommand({ TableName: 'orders' })),
  );
  expect(answer.Table?.TableStatus).toBe('ACTIVE');
  await engine.stop();
});

test('a client that goes away in the middle of its request does not end the engine', async () => {
  const engine = await startEmbeddedDynamodb();
  const broken = request(engine.endpoint, { method: 'POST', headers: { 'content-length': 1_000 } });
  broken.on('error', () => undefined);
  broken.write('{');
  await once(broken, 'socket');
  await tables(engine.endpoint);
  broken.destroy();
  for (let look = 0; look < 5; look++) expect(await tables(engine.endpoint)).toEqual([]);
  await engine.stop();
});

test('what was written stays when the engine is stopped and opened again', async () => {
  const first = await startEmbeddedDynamodb({ path: folder });
  await createTable(first.endpoint, 'orders');
  await first.stop();
  await expect(readFile(join(folder, 'endpoint.json'))).rejects.toThrow('ENOENT');
  const second = await startEmbeddedDynamodb({ path: folder });
  expect(await tables(second.endpoint)).toEqual(['orders']);
  await second.stop();
});

test('in one process a folder has one engine, until everyone has stopped', async () => {
  const [one, two] = await Promise.all([1, 2].map(() => startEmbeddedDynamodb({ path: folder })));
  expect(two?.endpoint).toBe(one?.endpoint);
  await one?.stop();
  await one?.stop();
  expect(await tables(two?.endpoint ?? '')).toEqual([]);
  const [, three] = await Promise.all([two?.stop(), startEmbeddedDynamodb({ path: folder })]);
  await createTable(three.endpoint, 'orders');
  await three.stop();
  await expect(tables(three.endpoint)).rejects.toThrow('ECONNREFUSED');
});

test('another process uses the engine of the first, and ends without ending it', async () => {
  const own = await startEmbeddedDynamodb({ path: folder });
  await createTable(own.endpoint, 'orders');
  const { child, endpoint } = await openInChild();
  expect(endpoint).toBe(own.endpoint);
  const exit = once(child, 'exit');
  child.stdin?.write('stop\n');
  expect(await exit).toEqual([0, null]);
  expect(await tables(own.endpoint)).toEqual(['orders']);
  await own.stop();
});

test('when the owner is killed, its data and the folder are free at once', async () => {
  const { child, endpoint } = await openInChild();
  await createTable(endpoint, 'orders');
  const joined = await startEmbeddedDynamodb({ path: folder });
  expect(joined.endpoint).toBe(endpoint);
  await kill(child);
  const next = await startEmbeddedDynamodb({ path: folder });
  expect(await tables(next.endpoint)).toEqual(['orders']);
  await joined.stop();
  expect(await tables(next.endpoint)).toEqual(['orders']);
  await next.stop();
});

test('of processes that open a folder at once, after its owner was killed, one owns it and all use it', async () => {
  const { child, endpoint } = await openInChild();
  await createTable(endpoint, 'orders');
  await kill(child);
  const opened = await Promise.all([
    openInChild(),
    openInChild(),
    openInChild(),
    startEmbeddedDynamodb({ path: folder }),
  ]);
  expect(new Set(opened.map((each) => each.endpoint)).size).toBe(1);
  expect(await tables(opened[0].endpoint)).toEqual(['orders']);
  await opened[3].stop();
});

test('an address that was left behind and is somebody else’s by now is not used', async () => {
  const stranger = createServer((_, response) => response.end('hello')).listen(0, '127.0.0.1');
  await once(stranger, 'listening');
  const { port } = stranger.address() as AddressInfo;
  await writeFile(join(folder, 'endpoint.json'), JSON.stringify({ port, pid: process.pid, id: 'gone' }));
  const engine = await startEmbeddedDynamodb({ path: folder });
  expect(await tables(engine.endpoint)).toEqual([]);
  await engine.stop();
  stranger.closeAllConnections();
  stranger.close();
});

test('an engine does not keep its process alive', async () => {
  const { child, endpoint } = await openInChild('and leave');
  if (child.exitCode === null) await once(child, 'exit');
  expect(child.exitCode).toBe(0);
  await expect(tables(endpoint)).rejects.toThrow('ECONNREFUSED');
});
