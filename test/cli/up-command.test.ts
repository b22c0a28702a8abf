import { acquireLease, renewLease } from '../../src/kv/lease.js';
import { readState, stateLeaseCell } from '../../src/versions/state-entry.js';
import type { UpReport } from '../../src/cli/up-report.js';
import { broken, openChainRig, partitionStep, tableStep, tried, type ChainRig } from './chain-rig.js';
import { counts } from './memory-tables.js';

let rig: ChainRig;
beforeAll(async () => {
  rig = await openChainRig();
});
afterAll(() => rig.stop());
afterEach(() => broken.clear());

const up = (...options: string[]) => rig.run('up', ...rig.ledger, ...options);

function reportOf(stdout: string): UpReport {
  expect(stdout).toMatch(/^\{.*\}\n$/);
  return JSON.parse(stdout) as UpReport;
}

const two = { '0001_tenants.ts': partitionStep(['acme', 'globex']), '0002_orders.ts': tableStep('orders') };

describe('carryover up', () => {
  test('runs what is pending, and says from which version to which, each migration with items and duration', async () => {
    const store = await rig.project(two);
    const { exitCode, stdout, stderr } = await up();
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr });
    expect(stdout).toMatch(/^main \(memory:.*\) came from version 0 to 2: 2 migrations were applied\n/);
    expect(stdout).toMatch(/0001_tenants\W+2 \W+[\d.]+m?s[^]*0002_orders\W+1 \W+[\d.]+m?s/);
    expect(stderr).toMatch(/^0001_tenants: applied, 2 items, .*\n0002_orders: applied, 1 items, /m);
    expect(await counts(store)).toMatchObject({ orders: 1 });
    expect(await readState(store.keyValues)).toMatchObject({ version: 2 });
  });

  test('says that nothing is pending', async () => {
    await rig.project(two);
    expect(await up()).toMatchObject({ exitCode: 0 });
    const again = await up();
    expect(again).toMatchObject({ exitCode: 0, stderr: '' });
    expect(again.stdout).toMatch(/^main \(memory:.*\) is at version 2, nothing is pending\n$/);
  });

  test('prints one JSON document on stdout with --json, and all else on stderr', async () => {
    await rig.project(two);
    const { exitCode, stdout } = await up('--json', '--to', '1');
    expect(exitCode).toBe(0);
    expect(reportOf(stdout)).toMatchObject({
      status: 'succeeded',
      from: 0,
      version: 1,
      pending: 0,
      migrations: [{ version: 1, name: '0001_tenants', items: 2 }],
      gate: null,
      partitions: { known: 2, expected: 1, lagging: { count: 0 } },
    });
    expect(reportOf((await up('--json')).stdout)).toMatchObject({ from: 1, version: 2, migrations: [{ version: 2 }] });
  });

  test('stops before a migration whose flag is off, says so, and ends with 0', async () => {
    const flags = { flags: { kvEnabled: false } };
    const gated = {
      '0001_tenants.ts': two['0001_tenants.ts'],
      '0002_gated.ts': partitionStep([], `when: 'kvEnabled'`),
    };
    await rig.project(gated, flags);
    const { exitCode, stdout } = await up();
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/from version 0 to 1[^]*\nstops before 0002_gated: the flag kvEnabled is off\n$/);
    expect(reportOf((await up('--json')).stdout).gate).toMatchObject({ version: 2, flag: 'kvEnabled' });
  });

  test('gives a new database the newest version where the project says so, and says that nothing was run', async () => {
    await rig.project(two, { newDatabase: 'stamp' });
    expect((await up()).stdout).toMatch(/ is new: it got version 2, and no migration was run\n$/);
  });

  test('names the partitions that failed with their errors, ends with 3, and tries these alone the next time', async () => {
    await rig.project({ '0001_tenants.ts': partitionStep(['acme', 'globex', 'initech']) });
    broken.add('globex');
    const { exitCode, stdout, stderr } = await up();
    expect(exitCode).toBe(3);
    expect(stderr).toMatch(/^0001_tenants: 1 partition failed\n {2}globex: RangeError: no such luck for globex\n/m);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(stdout).toMatch(/ is at version 0\n1 partition failed: globex \(on the way to 1, RangeError: no such luck/);
    const failed = reportOf((await up('--json')).stdout);
    expect(failed).toMatchObject({
      status: 'failed',
      exitCode: 3,
      failedIn: '0001_tenants',
      failedPartitions: { count: 1, partitions: [{ partition: 'globex' }] },
      error: { name: 'UnitsFailedError' },
    });
    broken.clear();
    tried.length = 0;
    expect(await up()).toMatchObject({ exitCode: 0 });
    expect(tried).toEqual(['globex']);
  });

  test('keeps what was applied before a failure, and reports both', async () => {
    await rig.project(two);
    broken.add('orders');
    const { exitCode, stdout, stderr } = await up();
    expect(exitCode).toBe(3);
    expect(stdout).toMatch(/from version 0 to 1: 1 migration was applied/);
    expect(stderr).toMatch(/0002_orders: UnitsFailedError in judge: [^]*RangeError: not today/);
  });

  test('brings one partition on with --partition, and refuses it while another kind is pending', async () => {
    await rig.project({ '0001_tenants.ts': partitionStep(['acme', 'globex']) });
    const one = await up('--partition', 'globex');
    expect(one).toMatchObject({ exitCode: 0 });
    expect(one.stdout).toMatch(/is at version 0\npartition globex is at version 1\n$/);
    expect(await up()).toMatchObject({ exitCode: 0 });
    await rig.migration('0002_orders.ts', two['0002_orders.ts']);
    const refused = await up('--partition', 'globex');
    expect(refused).toMatchObject({ exitCode: 2 });
    expect(refused.stderr).toMatch(/^ {2}--partition: cannot be given while 0002_orders.ts is pending/m);
  });

  test('ends with 4 where another run owns the database, and says who it is', async () => {
    const store = await rig.project(two);
    const cell = stateLeaseCell(store.keyValues);
    const holder = { owner: 'run-7', who: 'anna', where: 'a laptop' };
    const { token } = await acquireLease(cell, { ...holder, durationMs: 2_000 });
    const renewing = setInterval(() => void renewLease(cell, { owner: 'run-7', token }), 300);
    const { exitCode, stderr } = await up();
    clearInterval(renewing);
    expect(exitCode).toBe(4);
    expect(stderr).toMatch(/^Nothing was done: .* is owned by run run-7, started by anna on a laptop at /m);
    expect(await counts(store)).toEqual({});
  });
});

describe('carryover up --dry-run', () => {
  test('prints what would run, on what, and touches nothing of the database', async () => {
    const store = await rig.project(two);
    const before = await rig.folder.files();
    const { exitCode, stdout } = await rig.run('up', '--dry-run', ...rig.ledger);
    expect(exitCode).toBe(0);
    expect(stdout.split('\n').slice(1)).toEqual([
      '0001_tenants (for-each-partition)',
      '  2 partitions: acme, globex',
      '0002_orders (table-step)',
      '  table orders: about 1 items, will be created',
      'Nothing would be dropped.',
      '',
    ]);
    expect(await readState(store.keyValues)).toBeUndefined();
    expect(await counts(store)).toEqual({});
    expect(await rig.folder.files()).toEqual(before);
  });

  test('is one JSON document with --json', async () => {
    await rig.project(two);
    const { stdout } = await up('--dry-run', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      from: 0,
      version: 0,
      pending: 2,
      migrations: [{ file: '0001_tenants.ts', forecast: { partitions: { count: 2 } } }, { file: '0002_orders.ts' }],
    });
  });
});

describe('carryover up --fresh', () => {
  test('names what it would drop, and does so only when it is allowed', async () => {
    const store = await rig.project(two);
    broken.add('orders');
    expect(await up()).toMatchObject({ exitCode: 3 });
    broken.clear();
    expect((await up('--dry-run', '--fresh')).stdout).toMatch(/^ {2}would drop: orders$/m);
    const refused = await up('--fresh');
    expect(refused).toMatchObject({ exitCode: 2, stdout: '' });
    expect(refused.stderr).toMatch(/--fresh: a fresh start would drop orders of main .*: give --yes/);
    expect(await counts(store)).toMatchObject({ orders: 0 });
    expect(await up('--fresh', '--yes')).toMatchObject({ exitCode: 0 });
    expect(await counts(store)).toMatchObject({ orders: 1 });
  });
});

describe('carryover up with a mistake', () => {
  test.each([
    [['--to', '0'], ['--to']],
    [
      ['--to', 'two', '--concurrency', '0', '--accept-changed', 'x', '--accept-changed', '-1'],
      ['--accept-changed', '--accept-changed', '--concurrency', '--to'],
    ],
    [['--to', '9'], ['--to']],
    [['--partition', ''], ['--partition']],
    [['--yes'], ['--yes']],
    [['--accept-changed', '1'], ['--accept-changed']],
    [
      ['--config', 'nowhere.ts', '--ledger', 'archive:ledger', '--to', 'x'],
      ['--ledger', '--to', 'nowhere.ts'],
    ],
  ])('%j ends with 2 and names %j', async (options, fields) => {
    await rig.project(two);
    const { exitCode, stdout, stderr } = await up(...options);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout });
    const [, ...lines] = stderr.trimEnd().split('\n');
    expect(lines.map((line) => line.trim().split(': ')[0]).sort()).toEqual(fields);
  });

  test('names all files that are no migrations, and a database that is missing, together', async () => {
    await rig.project(
      { '0001_a.ts': 'export const nothing = 1;', '0003_b.ts': partitionStep([]) },
      { database: undefined },
    );
    const { exitCode, stderr } = await up();
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/0001_a\.ts: has no default export/);
    expect(stderr).toMatch(/configuration, database: is missing/);
  });

  test('says what adopts a database that has data and no version', async () => {
    const store = await rig.project(two);
    const origin = { engine: 'memory', metadata: null } as const;
    await store.create({ name: 'old', identity: '', key: [{ name: 'id', type: 'S' }], origin });
    const writer = store.writer('old', { unit: 0, position: 0 });
    await writer.write([{ id: { S: 'one' } }]);
    await writer.flush();
    const { exitCode, stderr } = await up();
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/database: has no version, .*"carryover baseline N" adopts it/);
  });

  test('names a file that was changed after it was applied, and takes it with --accept-changed', async () => {
    await rig.project(two);
    await up();
    await rig.migration('0001_tenants.ts', partitionStep(['acme']));
    const refused = await up();
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toMatch(/0001_tenants.ts: was changed after it was applied.*--accept-changed 1/);
    expect(await up('--accept-changed', '1')).toMatchObject({ exitCode: 0 });
    expect(await up()).toMatchObject({ exitCode: 0 });
  });
});
