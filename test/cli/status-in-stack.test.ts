import { ulid } from 'ulid';
import type { CopyReport } from '../../src/cli/copy-report.js';
import { openDynamodbLedger } from '../../src/ledger/dynamodb-ledger.js';
import type { Ledger, RunRecord } from '../../src/ledger/ledger.js';
import { refusal, startManglingProxy, throttled, type ManglingProxy } from '../stores/dynamodb/mangling-proxy.js';
import { deployedStack } from './deployed-stack.js';
import { openFolder, type CommandFolder } from './in-folder.js';
import { memoryStore } from './memory-tables.js';

const name = `Carryover-${ulid()}`;
const table = `${name}-ledger`;
let folder: CommandFolder;
let stack: Awaited<ReturnType<typeof deployedStack>>;
let proxy: ManglingProxy;
let ledger: Ledger;
/** What was asked of Step Functions. */
const asked: string[] = [];
beforeAll(async () => {
  folder = await openFolder();
  const stores = { old: await memoryStore(ulid(), { orders: 30 }), new: await memoryStore(ulid(), {}) };
  stack = await deployedStack(name, stores);
  for (const exitCode of [0, 2])
    expect(await folder.run('copy', '--stack', name, '--from', 'old', '--to', 'new')).toMatchObject({ exitCode });
  stack.stepFunctions.fault = (operation) => void asked.push(operation);
  const endpoint = stack.variables['AWS_ENDPOINT_URL_DYNAMODB'] ?? '';
  ledger = openDynamodbLedger({
    region: 'eu-west-1',
    endpoint,
    table,
    location: 'the ledger',
    requestTimeoutMs: 5_000,
  });
  proxy = await startManglingProxy(endpoint);
});
beforeEach(() => Object.assign(process.env, { ...stack.variables, AWS_ENDPOINT_URL_DYNAMODB: proxy.endpoint }));
afterEach(() => (proxy.mangle = () => undefined));
afterAll(async () => {
  await ledger.close();
  await proxy.stop();
  await stack.stop();
  await folder.remove();
});

const status = (...args: string[]) => folder.run('status', ...args, '--stack', name);

async function runs(): Promise<RunRecord[]> {
  return JSON.parse((await status('--json')).stdout) as RunRecord[];
}

async function begin(startedAtMs: number): Promise<string> {
  const run = ulid();
  const startedAt = new Date(startedAtMs).toISOString();
  await ledger.startRun({ run, input: null, who: 'anna', where: name, startedAt });
  return run;
}

async function end(run: string): Promise<void> {
  await ledger.changeRun(run, { status: 'failed', exitCode: 1, endedAt: new Date().toISOString() });
}

describe('carryover status --stack', () => {
  test('lists the runs of the deployment in an empty folder, the newest first', async () => {
    const { exitCode, stdout, stderr } = await status();
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/^\w{26} .* UTC {2}failed, exit code 2 /),
      '  old -> new',
      expect.stringMatching(/^\w{26} .* UTC {2}succeeded /),
      '  old -> new',
    ]);
    const [newest] = JSON.parse((await status('--json', '--limit', '1')).stdout) as RunRecord[];
    expect(stdout).toMatch(new RegExp(`^${newest?.run} `));
  });

  test('shows one run: what it carried, and why it failed', async () => {
    const [failed, done] = await runs();
    const json = await status(done?.run ?? '', '--json');
    expect(JSON.parse(json.stdout) as CopyReport).toMatchObject({
      exitCode: 0,
      tables: [{ table: 'orders', items: 30 }],
    });
    expect(await status(failed?.run ?? '')).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/: failed, .*--on-existing: table "orders" is in/s) as string,
    });
  });

  test('reads, writes nothing, asks nothing but the ledger, and leaves nothing in the folder', async () => {
    proxy.sent.length = 0;
    const [, done] = await runs();
    for (const options of [[], ['--watch'], [done?.run ?? ''], [done?.run ?? '', '--watch']]) await status(...options);
    const sent = new Set(proxy.sent.map(({ operation, body }) => `${operation} ${body.TableName}`));
    expect([...sent].sort()).toEqual([`GetItem ${table}`, `Query ${table}`]);
    expect(asked).toEqual([]);
    expect(await folder.files()).toEqual([]);
  });

  test('follows a run to its end with --watch, and ends with its exit code', async () => {
    const run = await begin(Date.now());
    let answered = 0;
    let ending: Promise<void> | undefined;
    let ended = false;
    // The first look sees it running; the second is throttled until it has ended, and then it is shown.
    proxy.mangle = () => {
      if (answered > 0 && !ended) {
        ending ??= end(run).then(() => void (ended = true));
        return throttled;
      }
      answered += 1;
      return undefined;
    };
    expect(await status(run, '--watch')).toMatchObject({
      exitCode: 1,
      stdout: expect.stringMatching(new RegExp(`^run ${run}: failed`)) as string,
    });
    expect(answered).toBe(3);
  });

  test('says of a run that has been silent for long since when it is', async () => {
    const run = await begin(Date.now());
    expect((await status()).stdout).toMatch(new RegExp(`^${run} .*running, begin`, 'm'));
    const silent = await begin(Date.now() - 3_600_000);
    expect((await status()).stdout).toMatch(new RegExp(`^${silent} .*no sign of life since`, 'm'));
  });
});

describe('carryover status --stack ends with 2', () => {
  async function refused(...args: string[]): Promise<string> {
    const { exitCode, stdout, stderr } = await folder.run('status', ...args);
    expect({ exitCode, stdout, trace: /\n\s+at /.test(stderr) }).toEqual({ exitCode: 2, stdout: '', trace: false });
    return stderr;
  }

  test('for a run that the ledger does not know, and says what lists those that it knows', async () => {
    expect(await refused('01ABC', '--stack', name)).toMatch(
      `run: "01ABC" is not in the ledger dynamodb://eu-west-1/${table}: "carryover status --stack ${name}" lists the runs`,
    );
  });

  test.each([['nothing'], ['no name'], ['arn:aws:states:eu-west-1:123456789012:stateMachine:x'], ['']])(
    'where there is no deployment "%s", and names table and region',
    async (missing) => {
      for (const more of [[], ['01ABC'], ['--watch'], ['--json']])
        expect(await refused('--stack', missing, ...more)).toContain(
          `--stack: no table ${missing}-ledger, which would be its ledger, is in eu-west-1 of this account: give `,
        );
    },
  );

  test("without a region, and with a ledger of one's own", async () => {
    delete process.env['AWS_REGION'];
    const text = await refused('--stack', name, '--ledger', 'dynamodb://eu-west-1/');
    expect(text).toMatch(/--stack: needs a region: set AWS_REGION/);
    expect(text).toMatch(/--ledger: is of no use with --stack/);
  });

  test('without credentials', async () => {
    const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret } = process.env;
    const none = { AWS_EC2_METADATA_DISABLED: 'true', AWS_CONFIG_FILE: 'none', AWS_SHARED_CREDENTIALS_FILE: 'none' };
    Object.assign(process.env, none);
    delete process.env['AWS_ACCESS_KEY_ID'];
    const text = await refused('--stack', name);
    for (const variable of Object.keys(none)) delete process.env[variable];
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret });
    expect(text).toMatch(/accept the credentials \(CredentialsProviderError\): check environment, profile or role/);
  });

  test.each([
    ['AccessDeniedException', /DynamoDB does not allow it: anna may not dynamodb:Query/],
    ['ExpiredTokenException', /DynamoDB did not accept the credentials \(ExpiredTokenException\)/],
  ])('where AWS answers %s', async (fault, message) => {
    proxy.mangle = () => refusal(fault, 'anna may not dynamodb:Query');
    const text = await refused('--stack', name);
    expect(text).toMatch(message);
    expect(text).toContain(`ledger dynamodb://eu-west-1/${table}`);
  });
});
