import { ListTablesCommand, paginateScan } from '@aws-sdk/client-dynamodb';
import pg from 'pg';
import { ulid } from 'ulid';
import { dynamodbClient } from '../kill/dynamodb-target.js';
import { testDynamodb } from '../support/dynamodb.js';
import { testPostgres } from '../support/postgres.js';
import { openFolder, type CommandFolder } from './in-folder.js';

/** Letters that a URL has to escape, and a core that stays legible however it is escaped. */
const secret = 'p@ss/hunter2?#:%[é]';
const core = 'hunter2';

let folder: CommandFolder;
let postgres: Awaited<ReturnType<typeof testPostgres>>;
let dynamodb: Awaited<ReturnType<typeof testDynamodb>>;
let admin: pg.Client;
beforeAll(async () => {
  [folder, postgres, dynamodb] = await Promise.all([openFolder(), testPostgres(), testDynamodb()]);
  admin = new pg.Client({ connectionString: postgres.url });
  await admin.connect();
  await admin.query('CREATE TABLE orders (id int PRIMARY KEY, note text)');
  await admin.query("INSERT INTO orders SELECT n, 'note ' || n FROM generate_series(1, 20) n");
});
afterAll(async () => {
  await admin.end();
  await dynamodb.stop();
  await postgres.stop();
  await folder.remove();
});
afterEach(() => {
  for (const name of ['PGUSER', 'PGPASSWORD']) delete process.env[name];
});

/** A role with this password that may read the orders and write to a schema of its own. */
async function newRole(password: string): Promise<{ role: string; schema: string }> {
  const role = `role_${ulid().toLowerCase()}`;
  await admin.query(`CREATE ROLE ${role} LOGIN PASSWORD ${admin.escapeLiteral(password)}`);
  await admin.query(`GRANT SELECT ON orders TO ${role}; CREATE SCHEMA ${role} AUTHORIZATION ${role}`);
  return { role, schema: role };
}

function urlOf(user: string, password: string, change: { host?: string; schema?: string } = {}): string {
  const { host, pathname } = new URL(postgres.url);
  const credentials = user === '' ? '' : `${user}:${encodeURIComponent(password)}@`;
  return `postgres://${credentials}${change.host ?? host}${pathname}?schema=${change.schema ?? 'public'}`;
}

/** All that is stored anywhere: every item of every DynamoDB table, every row of every key-value table. */
async function everythingStored(): Promise<string> {
  const client = dynamodbClient(dynamodb.endpoint);
  const found: unknown[] = [];
  const { TableNames = [] } = await client.send(new ListTablesCommand({}));
  for (const TableName of TableNames)
    for await (const { Items = [] } of paginateScan({ client }, { TableName })) found.push(...Items);
  client.destroy();
  const { rows: tables } = await admin.query<{ name: string }>(
    "SELECT oid::regclass::text AS name FROM pg_class WHERE relkind = 'r' AND relnamespace::regnamespace::text !~ '^pg_|^information_schema$'",
  );
  for (const { name } of tables) found.push((await admin.query(`SELECT * FROM ${name}`)).rows);
  // Values are bytes: as the text that they hold.
  return JSON.stringify(found, (_, value: unknown) => {
    const buffer = value as { type?: string; data?: number[] };
    if (buffer?.type === 'Buffer' && buffer.data) return Buffer.from(buffer.data).toString('utf8');
    return value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : value;
  });
}

/** Copies, then asks for all that can be asked of the runs; what was said and what is stored holds no password. */
async function copyAndAsk(from: string, to: string): Promise<{ exitCode: number | null; stderr: string }> {
  const ledger = ['--ledger', `dynamodb://us-east-1/l-${ulid()}-?endpoint=${dynamodb.endpoint}`];
  const stores = ['--from', from, '--to', to, '--tables', 'orders'];
  const ended = [await folder.run('copy', ...stores, ...ledger, '--json')];
  ended.push(await folder.run('copy', ...stores, ...ledger, '--dry-run'));
  ended.push(await folder.run('copy', ...stores, ...ledger, '--on-existing', 'replace'));
  ended.push(await folder.run('status', ...ledger), await folder.run('status', ...ledger, '--json'));
  const listed = /^\[\{"run":"(\w+)"/.exec(ended.at(-1)?.stdout ?? '')?.[1];
  if (listed !== undefined)
    ended.push(await folder.run('status', listed, ...ledger), await folder.run('status', listed, '--json', ...ledger));
  for (const { stdout, stderr } of ended) expect(stdout + stderr).not.toContain(core);
  expect(await everythingStored()).not.toContain(core);
  return { exitCode: ended[0]?.exitCode ?? null, stderr: ended[0]?.stderr ?? '' };
}

const target = () => `dynamodb://us-east-1/t-${ulid()}-?endpoint=${dynamodb.endpoint}`;

describe('the password of a PostgreSQL server is shown and stored nowhere', () => {
  test('when the server takes it, of the source and of the target', async () => {
    const { role, schema } = await newRole(secret);
    const ended = await copyAndAsk(urlOf(role, secret), urlOf(role, secret, { schema }));
    expect(ended).toEqual({ exitCode: 0, stderr: ended.stderr });
    expect(await everythingStored()).toContain(role);
  });

  test('when the server refuses it', async () => {
    const { role } = await newRole('another');
    const refused = await copyAndAsk(urlOf(role, secret), target());
    expect(refused).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining(`password authentication failed for user "${role}"`) as string,
    });
  });

  test.each(['127.0.0.1:1', 'nowhere.invalid'])('when there is no server at %s', async (host) => {
    const refused = await copyAndAsk(urlOf('me', secret, { host }), target());
    expect(refused).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('did not answer') as string });
  });

  test('when it comes from the environment, right or wrong', async () => {
    const { role } = await newRole(secret);
    process.env['PGUSER'] = role;
    process.env['PGPASSWORD'] = secret;
    const ended = await copyAndAsk(urlOf('', ''), target());
    expect(ended).toEqual({ exitCode: 0, stderr: ended.stderr });
    process.env['PGPASSWORD'] = `${secret}3`;
    expect(await copyAndAsk(urlOf('', ''), target())).toMatchObject({ exitCode: 2 });
  });

  test('when the URL is written wrong', async () => {
    for (const url of [`postgres://me:${secret}@h:port/db`, `postgres://me:1/${secret}@h/db`, `me:${secret}@h/db`]) {
      const { exitCode, stdout, stderr } = await folder.run('copy', '--from', url, '--to', url, '--ledger', url);
      expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
      expect(stderr).not.toContain(core);
    }
  });
});
