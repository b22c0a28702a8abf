import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { ulid } from 'ulid';
import { deployedStack } from './cli/deployed-stack.js';
import { memoryStore } from './cli/memory-tables.js';
import { buildCommand, runNode, type BuiltCommand, type Ended } from './support/built-command.js';
import { testDynamodb } from './support/dynamodb.js';
import { testPostgres } from './support/postgres.js';
import { readmeCommands } from './support/readme-commands.js';

let folder: string;
let command: BuiltCommand;
let postgres: Awaited<ReturnType<typeof testPostgres>>;
let dynamodb: Awaited<ReturnType<typeof testDynamodb>>;
let stack: Awaited<ReturnType<typeof deployedStack>>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'carryover-readme-'));
  [command, postgres, dynamodb] = await Promise.all([buildCommand(), testPostgres(), testDynamodb()]);
  await fillShop(postgres.url);
  stack = await deployedStack('Carryover', {
    'orders-old': await memoryStore(ulid(), { orders: 5 }),
    'orders-new': await memoryStore(ulid(), {}),
  });
});
afterAll(async () => {
  await stack.stop();
  await dynamodb.stop();
  await postgres.stop();
  await command.remove();
  await rm(folder, { recursive: true, force: true });
});

async function fillShop(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('CREATE TABLE orders (id int PRIMARY KEY, total numeric NOT NULL)');
  await client.query('INSERT INTO orders SELECT n, n * 1.5 FROM generate_series(1, 100) n');
  await client.end();
}

/** `npx carryover`, with engines of this machine in the place of the README's. */
function carryover(args: string, env: Readonly<Record<string, string>> = {}, cwd = folder): Promise<Ended> {
  const substitutes: Readonly<Record<string, string>> = {
    'postgres://me@db.example.com/shop': postgres.url,
    'dynamodb://eu-west-1/shop-': `dynamodb://eu-west-1/shop-${ulid()}-?endpoint=${dynamodb.endpoint}`,
  };
  return runNode(
    command.main,
    args.split(' ').map((arg) => substitutes[arg] ?? arg),
    { cwd, env },
  );
}

/** `npx cdk`, its output in another folder than the checkout's. */
async function cdk(...args: string[]): Promise<string> {
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, [resolve('node_modules/aws-cdk/bin/cdk'), ...args]);
  return stdout;
}

const minutes = 60_000;

/** How each command is run here. */
const known: Readonly<Record<string, () => Promise<unknown>>> = {
  // What installs and runs these very tests.
  'npm ci': () => Promise.resolve(),
  'npm test': () => Promise.resolve(),
  // As package.json has it, built from the sources as they are now.
  'npm run demo': async () => {
    const { scripts } = JSON.parse(await readFile('package.json', 'utf8')) as { scripts: Record<string, string> };
    const file = /^node (dist\/\S+)$/.exec(scripts['demo'] ?? '')?.[1];
    const { exitCode, stdout, stderr } = await runNode(join(command.folder, file ?? 'no demo'), [], { cwd: folder });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr });
    const rows = stdout.split('\n').filter((line) => line.includes(' -> '));
    expect(rows.length).toBeGreaterThanOrEqual(9);
    for (const row of rows) expect(row).toMatch(/ 0 \W*$/);
  },
  'npx carryover copy --from postgres://me@db.example.com/shop --to dynamodb://eu-west-1/shop- --dry-run': async () => {
    const ended = await carryover(
      'copy --from postgres://me@db.example.com/shop --to dynamodb://eu-west-1/shop- --dry-run',
    );
    expect(ended).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/orders\W+about 100 .*will be created/) as string,
    });
  },
  'npx carryover copy --from postgres://me@db.example.com/shop --to dynamodb://eu-west-1/shop-': async () => {
    const ended = await carryover('copy --from postgres://me@db.example.com/shop --to dynamodb://eu-west-1/shop-');
    expect(ended).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/orders\W+100 .* 0 /) as string });
  },
  'npx carryover status': async () => {
    expect(await carryover('status')).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('succeeded') as string,
    });
  },
  'npx carryover init my-service': async () => {
    expect(await carryover('init my-service')).toMatchObject({ exitCode: 0 });
  },
  // Where the commands after it are run.
  'cd my-service': () => Promise.resolve(),
  'npx carryover new split_name --kind for-each-partition': async () => {
    const ended = await carryover('new split_name --kind for-each-partition', {}, join(folder, 'my-service'));
    expect(ended).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('0002_split_name.ts') as string });
  },
  'npx carryover up': async () => {
    const ended = await carryover('up', {}, join(folder, 'my-service'));
    expect(ended).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('version 0 to 2') as string });
  },
  'node dist/examples/repositories/main.js': async () => {
    const { exitCode, stdout } = await runNode(join(command.folder, 'dist/examples/repositories/main.js'), [], {
      cwd: folder,
    });
    expect({ exitCode, stdout }).toEqual({
      exitCode: 0,
      stdout: expect.stringMatching(/^main: 100 commits/m) as string,
    });
  },
  'npx cdk synth': async () => {
    const template = await cdk('synth', '--output', join(folder, 'cdk.out'));
    expect(template).toContain('AWS::StepFunctions::StateMachine');
  },
  // Without an account: that what was synthesised holds the one stack that would be deployed.
  'npx cdk deploy': async () => {
    expect(await cdk('list', '--app', join(folder, 'cdk.out'))).toBe('Carryover\n');
  },
  // Against a stand-in for Step Functions that runs the state machine here.
  'npx carryover copy --stack Carryover --from orders-old --to orders-new': async () => {
    const ended = await carryover('copy --stack Carryover --from orders-old --to orders-new', stack.variables);
    expect(ended).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/orders\W+5 .* 0 /) as string });
  },
};

describe('the commands of the README', () => {
  test('are known here, all of them and no others', async () => {
    expect([...new Set(await readmeCommands('README.md'))].sort()).toEqual(Object.keys(known).sort());
  });

  test.each(Object.entries(known))('%s', (_, run) => run(), 5 * minutes);
});
