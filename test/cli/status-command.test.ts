import { ulid } from 'ulid';
import type { CopyReport } from '../../src/cli/copy-report.js';
import type { RunRecord } from '../../src/ledger/ledger.js';
import { testDynamodb } from '../support/dynamodb.js';
import { openFolder, type CommandFolder } from './in-folder.js';
import { memoryStore } from './memory-tables.js';

let folder: CommandFolder;
let engine: Awaited<ReturnType<typeof testDynamodb>>;
let ledger: string[];
const [from, to] = [`source-${ulid()}`, `target-${ulid()}`];
beforeAll(async () => {
  engine = await testDynamodb();
  folder = await openFolder();
  ledger = ['--ledger', `dynamodb://us-east-1/status-${ulid()}-?endpoint=${engine.endpoint}`];
  const stores = { [from]: `memory:${from}`, [to]: `memory:${to}` };
  await folder.write('carryover.config.ts', `export default ${JSON.stringify({ stores })};`);
  await memoryStore(from, { orders: 40, customers: 2 });
  const copy = ['copy', '--from', from, '--to', to, ...ledger];
  for (const exitCode of [0, 2]) expect((await folder.run(...copy)).exitCode).toBe(exitCode);
});
afterAll(async () => {
  await folder.remove();
  await engine.stop();
});

const status = (...args: string[]) => folder.run('status', ...args, ...ledger);

async function runs(): Promise<RunRecord[]> {
  return JSON.parse((await status('--json')).stdout) as RunRecord[];
}

describe('carryover status', () => {
  test('lists the runs, the newest first, with what they carry', async () => {
    const { exitCode, stdout, stderr } = await status();
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const what = `  ${from} -> ${to}`;
    expect(stdout.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/^\w{26} {2}\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC {2}failed, exit code 2 .* on /),
      what,
      expect.stringMatching(/^\w{26} {2}.* UTC {2}succeeded .* on /),
      what,
    ]);
  });

  test('lists as many as --limit says', async () => {
    const { stdout } = await status('--limit', '1', '--json');
    expect((JSON.parse(stdout) as RunRecord[]).map(({ exitCode }) => exitCode)).toEqual([2]);
  });

  test('shows one run: its tables with counts, rate and differences', async () => {
    const [, done] = await runs();
    const { exitCode, stdout } = await status(done?.run ?? '');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(new RegExp(`^run ${done?.run}: succeeded, .*took .* by .*\\n${from} -> ${to}\\n`));
    expect(stdout).toMatch(/customers\W+2 .* 0 \W+orders\W+40 .* 0 \W+all\W+42 /s);
    const json = await status(done?.run ?? '', '--json');
    expect(JSON.parse(json.stdout) as CopyReport).toMatchObject({ run: done?.run, exitCode: 0, tables: [{}, {}] });
  });

  test('shows why a run failed, in the words of the options', async () => {
    const [failed] = await runs();
    const { stdout } = await status(failed?.run ?? '');
    expect(stdout).toMatch(/--on-existing: table "customers" is in memory:/);
  });

  test('ends with the exit code of the run that it watches', async () => {
    expect(await status('--watch')).toMatchObject({ exitCode: 2, stdout: expect.stringContaining('failed') as string });
    const [, done] = await runs();
    expect(await status(done?.run ?? '', '--watch')).toMatchObject({ exitCode: 0 });
  });

  test('refuses a run that the ledger does not know, and says which ledger', async () => {
    const { exitCode, stdout, stderr } = await status('01ABC');
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(/run: "01ABC" is not in the ledger dynamodb:\/\/us-east-1\/status-/);
  });
});

describe('carryover status where no run was ever started', () => {
  const noOptions = (): string[] => [];
  const onServer = () => ['--ledger', `dynamodb://us-east-1/none-${ulid()}-?endpoint=${engine.endpoint}`];

  test.each([
    ['in a folder without a ledger', noOptions],
    ['with the ledger of a server that has none', onServer],
  ])('%s: says so, and makes none', async (_, options) => {
    const where = options();
    const files = await folder.files();
    for (const times of [1, 2]) {
      const { exitCode, stdout, stderr } = await folder.run('status', ...where);
      expect({ times, exitCode, stderr, stdout }).toEqual({
        times,
        exitCode: 0,
        stderr: '',
        stdout: 'No runs are recorded in this ledger.\n',
      });
    }
    expect(await folder.run('status', '--watch', ...where)).toMatchObject({ exitCode: 0 });
    expect(await folder.run('status', '--json', ...where)).toMatchObject({ exitCode: 0, stdout: '[]\n' });
    const unknown = await folder.run('status', '01ABC', ...where);
    expect(unknown).toMatchObject({ exitCode: 2, stdout: '' });
    expect(unknown.stderr).toMatch(/run: "01ABC" is not in the ledger dynamodb:/);
    expect(await folder.files()).toEqual(files);
  });
});
