import { ulid } from 'ulid';
import type { CopyReport } from '../../src/cli/copy-report.js';
import { openDynamodbLedger } from '../../src/ledger/dynamodb-ledger.js';
import type { Ledger, RunRecord } from '../../src/ledger/ledger.js';
import { testDynamodb } from '../support/dynamodb.js';
import { openFolder, type CommandFolder } from './in-folder.js';
import { counts, itemOf, memoryStore, put } from './memory-tables.js';

let folder: CommandFolder;
let engine: Awaited<ReturnType<typeof testDynamodb>>;
let ledger: Ledger;
let ledgerUrl: string;
beforeAll(async () => {
  engine = await testDynamodb();
  folder = await openFolder();
  const prefix = `cli-${ulid()}-`;
  ledgerUrl = `dynamodb://us-east-1/${prefix}?endpoint=${engine.endpoint}`;
  const access = { region: 'us-east-1', endpoint: engine.endpoint, requestTimeoutMs: 5_000 };
  ledger = openDynamodbLedger({ ...access, table: `${prefix}carryover-ledger`, location: 'the ledger' });
});
afterAll(async () => {
  await ledger.close();
  await folder.remove();
  await engine.stop();
});

/** Declares two stores, of names that no other test has, with these tables. */
async function stores(source: Record<string, number>, target: Record<string, number> = {}) {
  const [from, to] = [`source-${ulid()}`, `target-${ulid()}`];
  const declared = { [from]: `memory:${from}`, [to]: `memory:${to}` };
  const settings = { leaseMs: 1_000, requestTimeoutMs: 300 };
  await folder.write('carryover.config.ts', `export default ${JSON.stringify({ stores: declared, settings })};`);
  const copy = (...options: string[]) =>
    folder.run('copy', '--from', from, '--to', to, '--ledger', ledgerUrl, ...options);
  return { source: await memoryStore(from, source), target: await memoryStore(to, target), copy };
}

async function newestRun(): Promise<RunRecord> {
  for await (const run of ledger.runs()) return run;
  throw new Error('no run is recorded');
}

function reportOf(stdout: string): CopyReport {
  expect(stdout).toMatch(/^\{.*\}\n$/);
  return JSON.parse(stdout) as CopyReport;
}

describe('carryover copy', () => {
  test('ends with 0 when all is carried and validated, a line a table on stdout', async () => {
    const { source, target, copy } = await stores({ orders: 120, customers: 30 });
    const { exitCode, stdout, stderr } = await copy();
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr });
    expect(stdout.replaceAll(/[^\w\s]/g, '')).toMatch(/table\s+items\s+bytes\s+itemss\s+differences/);
    expect(stdout).toMatch(/customers\W+30 .* 0 \W+orders\W+120 .* 0 \W+all\W+150 .* 0 /s);
    expect(stderr).toMatch(/^migrate customers: 30 items, \d+ of \d+ segments, .* done$/m);
    expect(stderr).toMatch(/^validate orders: 240 items, .* done$/m);
    expect(await counts(target)).toEqual(await counts(source));
  });

  test('prints one JSON document on stdout with --json, and all else on stderr', async () => {
    const { copy } = await stores({ orders: 7 });
    const { exitCode, stdout, stderr } = await copy('--json');
    expect(exitCode).toBe(0);
    expect(reportOf(stdout)).toMatchObject({
      run: (await newestRun()).run,
      status: 'succeeded',
      exitCode: 0,
      tables: [{ table: 'orders', mode: 'carry', items: 7, differences: { total: 0 }, failures: [] }],
    });
    expect(stderr).toContain('migrate orders');
  });

  test('ends with 1 and names what differs', async () => {
    const { target, copy } = await stores({ orders: 50, customers: 5 });
    expect((await copy('--steps', 'setup,migrate')).exitCode).toBe(0);
    await target.remove?.('orders', [{ id: { S: 'item-7' } }]);
    await put(target, 'orders', [{ ...itemOf(8), total: { N: '25' } }, { id: { S: 'stranger' } }]);
    const told = await copy();
    expect(told.exitCode).toBe(1);
    expect(told.stderr).toMatch(
      /Validation found differences:\norders: 1 missing, 1 extra, 1 changed\n +missing .*item-7.*\n +extra .*stranger.*\n +changed .*item-8/,
    );
    expect(told.stdout).toMatch(/orders\W+50 .* 3 /);
    const { exitCode, stdout } = await copy('--json');
    expect(exitCode).toBe(1);
    expect(reportOf(stdout)).toMatchObject({
      status: 'failed',
      exitCode: 1,
      tables: [
        { table: 'customers', differences: { total: 0 } },
        { table: 'orders', differences: { total: 3, missing: 1, extra: 1, changed: 1, atLeast: false } },
      ],
    });
  });

  test('shows what was compared where a run validates alone', async () => {
    const { copy } = await stores({ orders: 12, customers: 5 });
    expect((await copy()).exitCode).toBe(0);
    const { exitCode, stdout } = await copy('--steps', 'validate');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/customers\W+5 compared .* 0 \W+orders\W+12 compared .* 0 \W+all\W+17 compared .* 0 /s);
    const [, orders] = reportOf((await copy('--steps', 'validate', '--json')).stdout).tables;
    expect(orders).toMatchObject({ table: 'orders', items: 0, compared: 12 });
  });

  test('ends with 2 where tables are there already, in the words of its options', async () => {
    const { target, copy } = await stores({ orders: 5, customers: 5 }, { orders: 1 });
    const { exitCode, stdout, stderr } = await copy();
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(/^The input cannot be used:\n {2}--on-existing: table "orders" is in memory:/m);
    expect(await counts(target)).toEqual({ orders: 1 });
  });

  test('ends with 3 where something cannot be carried, and names it', async () => {
    const { source, copy } = await stores({ orders: 5, customers: 5 });
    await put(source, 'orders', [{ id: { S: 'huge' }, text: { S: 'x'.repeat(500_000) } }]);
    const to = `dynamodb://us-east-1/t-${ulid()}-?endpoint=${engine.endpoint}`;
    const { exitCode, stdout, stderr } = await copy('--to', to, '--json');
    expect(exitCode).toBe(3);
    expect(stderr).toMatch(/UnitsFailedError in \w+: 1 of 2 units .*\nunit \d+ of table "orders": ItemRefusedError/);
    const report = reportOf(stdout);
    expect(report).toMatchObject({ status: 'failed', exitCode: 3, error: { name: 'UnitsFailedError' } });
    expect(report.tables.map(({ table, failures }) => [table, failures.map(({ name }) => name)])).toEqual([
      ['customers', []],
      ['orders', ['ItemRefusedError']],
    ]);
  });

  test('ends with 3 where a store does not answer, and tells no password to anybody', async () => {
    const { copy } = await stores({});
    const { exitCode, stdout, stderr } = await copy('--from', 'postgres://me:hunter2@127.0.0.1:1/shop');
    expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: '' });
    expect(stderr).toMatch(
      /^StoreUnavailableError: postgres:\/\/me@127\.0\.0\.1:1\/shop\?schema=public did not answer/,
    );
    expect(stderr).not.toMatch(/hunter2|\n\s+at /);
  });

  test('asks nobody where there is no terminal: replace without --yes ends with 2 and names the tables', async () => {
    const { target, copy } = await stores({ orders: 5, customers: 5, log: 1 }, { orders: 1, log: 2, bystander: 3 });
    const { exitCode, stdout, stderr } = await copy('--on-existing', 'replace');
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(/--on-existing: replace would drop log, orders of memory:.*--yes/);
    expect(await counts(target)).toEqual({ orders: 1, log: 2, bystander: 3 });
  });

  test('replaces exactly the tables that are carried with --yes', async () => {
    const { target, copy } = await stores({ orders: 5, customers: 5 }, { orders: 9, bystander: 3 });
    const { exitCode } = await copy('--on-existing', 'replace', '--yes', '--tables', 'orders');
    expect(exitCode).toBe(0);
    expect(await counts(target)).toEqual({ orders: 5, bystander: 3 });
  });

  test('prints the plan of a dry run and leaves both stores as they were', async () => {
    const { source, target, copy } = await stores({ orders: 5, customers: 5 }, { orders: 1 });
    const told = await copy('--dry-run', '--on-existing', 'replace');
    expect(told.exitCode).toBe(0);
    expect(told.stdout).toMatch(/customers\W.*will be created[\s\S]*orders\W.*is there already/);
    expect(told.stdout).toContain('Would be dropped from the target: orders');
    const json = await copy('--dry-run', '--json');
    expect(json.exitCode).toBe(2);
    const { stdout } = await copy('--dry-run', '--json', '--exclude', 'orders');
    expect(JSON.parse(stdout)).toMatchObject({ drops: [], tables: [{ table: 'customers', target: 'absent' }] });
    expect(await counts(source)).toEqual({ orders: 5, customers: 5 });
    expect(await counts(target)).toEqual({ orders: 1 });
    expect(await target.keyValues.get(Buffer.from('state'), Buffer.from('state'))).toBeUndefined();
  });

  test('makes no ledger for a dry run, and takes one that is not there for one that knows of no Setup', async () => {
    const { copy } = await stores({ orders: 3 });
    expect(await copy('--steps', 'setup')).toMatchObject({ exitCode: 0 });
    const table = `dry-${ulid()}-`;
    const none = ['--ledger', `dynamodb://us-east-1/${table}?endpoint=${engine.endpoint}`, '--dry-run'];
    expect(await copy(...none)).toMatchObject({ exitCode: 0 });
    const early = await copy(...none, '--steps', 'migrate');
    expect(early).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('needs an earlier "setup"') as string });
    const access = { region: 'us-east-1', endpoint: engine.endpoint, requestTimeoutMs: 5_000 };
    const absent = openDynamodbLedger({ ...access, table: `${table}carryover-ledger`, location: 'the ledger' });
    await expect(absent.run('any')).rejects.toMatchObject({ name: 'TableNotFoundError' });
    await absent.close();
  });
});
