import type { HistoryRow } from '../../src/cli/history-command.js';
import type { PartitionSummary, ReportedPartition } from '../../src/cli/partition-summary.js';
import type { VersionReport } from '../../src/cli/version-report.js';
import { acquireLease } from '../../src/kv/lease.js';
import { changePartition, registerPartition } from '../../src/versions/partition-versions.js';
import { changeState, readState, stateLeaseCell } from '../../src/versions/state-entry.js';
import { broken, openChainRig, partitionStep, tableStep, type ChainRig } from './chain-rig.js';

let rig: ChainRig;
beforeAll(async () => {
  rig = await openChainRig();
});
afterAll(() => rig.stop());
afterEach(() => broken.clear());

const two = { '0001_tenants.ts': partitionStep(['acme', 'globex']), '0002_orders.ts': tableStep('orders') };
const up = (...options: string[]) => rig.run('up', ...rig.ledger, ...options);
const linesOf = ({ stdout }: { stdout: string }) => stdout.trimEnd().split('\n');

describe('carryover version', () => {
  test('says that a database has no version, and makes nothing', async () => {
    const store = await rig.project(two);
    const before = await rig.folder.files();
    const told = await rig.run('version');
    expect(told).toMatchObject({ exitCode: 0, stderr: '' });
    expect(linesOf(told)).toEqual([
      expect.stringMatching(/^main \(memory:.*\) has no version; the code expects 2$/),
      expect.stringContaining('"carryover baseline N"'),
      'not locked',
      'partitions: none is known',
    ]);
    expect(JSON.parse((await rig.run('version', '--json')).stdout)).toMatchObject({ version: null, newest: 2 });
    expect(await rig.run('history')).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/ has no version\n$/),
    });
    expect(await readState(store.keyValues)).toBeUndefined();
    expect(await rig.folder.files()).toEqual(before);
  });

  test('makes no embedded database that is not there', async () => {
    await rig.project(two, { stores: { main: 'dynamodb://embedded?path=.carryover/main' } });
    const before = await rig.folder.files();
    expect((await rig.run('version')).stdout).toMatch(/^main \(dynamodb:\/\/embedded\?path=.*main\) has no version/);
    expect(await rig.run('history', '--json')).toMatchObject({ exitCode: 0, stdout: '[]\n' });
    expect(await rig.folder.files()).toEqual(before);
  });

  test('shows version, what is pending, the gate, the lock, and what is still to be dropped', async () => {
    const store = await rig.project(
      { ...two, '0003_gated.ts': partitionStep([], `when: 'later'`) },
      { flags: { later: false } },
    );
    expect(await up('--to', '1')).toMatchObject({ exitCode: 0 });
    await acquireLease(stateLeaseCell(store.keyValues), {
      ...{ owner: 'run-7', who: 'anna', where: 'a laptop', durationMs: 30_000 },
    });
    const drop = { store: 'main', table: 'old', identity: 'x', version: 1, notBefore: '2030-01-02T03:04:05.000Z' };
    await changeState(store.keyValues, (state) => ({ ...state, cleanup: [drop] }));
    const lines = linesOf(await rig.run('version'));
    expect(lines).toEqual([
      expect.stringMatching(/ is at version 1; the code expects 3$/),
      'pending: 0002_orders (table-step)',
      'stops before 0003_gated: the flag later is off',
      expect.stringMatching(/^locked by run run-7, started by anna on a laptop at /),
      'to be dropped: table old of main, left over by version 1, not before 2030-01-02T03:04:05.000Z',
      'partitions: 2 known, 2 at version 1',
    ]);
    const report = JSON.parse((await rig.run('version', '--json')).stdout) as VersionReport;
    expect(report).toMatchObject({
      version: 1,
      baseline: 0,
      pending: [{ version: 2, name: '0002_orders' }],
      gate: { version: 3, flag: 'later' },
      lock: { owner: 'run-7' },
      drops: [drop],
    });
  });

  test('names the first partitions that lag, are parked or failed, and every partition with --all', async () => {
    const ids = Array.from({ length: 25 }, (_, at) => `tenant-${String(at).padStart(2, '0')}`);
    const store = await rig.project({ '0001_tenants.ts': partitionStep(ids) });
    await up();
    await rig.migration('0002_tenants.ts', partitionStep(['tenant-03']));
    broken.add('tenant-03');
    expect(await up()).toMatchObject({ exitCode: 3 });
    for (const id of ids.slice(0, 22))
      await changePartition(store.keyValues, id, (entry) => entry && { ...entry, dataVersion: 0 });
    const parked = { why: 'asked to wait', who: 'anna', at: '2026-11-02T08:00:00.000Z' };
    await changePartition(store.keyValues, 'tenant-24', (entry) => entry && { ...entry, parked });
    await registerPartition(store.keyValues, 'newcomer', 2);
    const lines = linesOf(await rig.run('version')).slice(-4);
    expect(lines).toEqual([
      'partitions: 26 known, 1 at version 2, 3 at version 1, 22 at version 0',
      expect.stringMatching(/^22 partitions below version 1: tenant-00 \(0\), .*tenant-19 \(0\), and 2 more$/),
      '1 partition parked: tenant-24 (1, asked to wait; by anna)',
      '1 partition failed: tenant-03 (on the way to 2, RangeError: no such luck for tenant-03)',
    ]);
    const all = linesOf(await rig.run('version', '--all'));
    expect(all.filter((line) => line.startsWith('  '))).toHaveLength(26);
    expect(all).toContain('  tenant-24: version 1, parked by anna at 2026-11-02T08:00:00.000Z: asked to wait');
    const json = JSON.parse((await rig.run('version', '--all', '--json')).stdout) as {
      all: ReportedPartition[];
      partitions: PartitionSummary;
    };
    expect(json.all.map(({ id }) => id)).toEqual(['newcomer', ...ids]);
    expect(json.partitions.lagging).toMatchObject({ count: 22, partitions: { length: 20 } });
  });

  test('lists no partition with --all where none is known, and is JSON all the same', async () => {
    await rig.project(two);
    const { stdout } = await rig.run('version', '--all', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ all: [], partitions: { known: 0 } });
  });

  test('says why an up would be refused', async () => {
    await rig.project(two);
    await up();
    await rig.migration('0001_tenants.ts', partitionStep([]));
    expect((await rig.run('version')).stdout).toMatch(
      /^does not fit: 0001_tenants.ts: was changed after it was applied/m,
    );
  });

  test('ends with 2 without a configuration, and says what is missing', async () => {
    const { exitCode, stderr } = await rig.run('version', '--config', 'nowhere.ts');
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringContaining('nowhere.ts: is not there') });
  });
});

describe('carryover history', () => {
  test('lists each version with who ran it, when and how long, and marks a file that changed or is gone', async () => {
    await rig.project(two);
    await up();
    const told = await rig.run('history');
    expect(told).toMatchObject({ exitCode: 0, stderr: '' });
    expect(told.stdout).toMatch(
      / is at version 2\n[^]*0001_tenants +│ for-each-partition +│ applied +│ \d{4}-.* UTC +│ +[\d.]+ +│ +2 +│/,
    );
    expect(told.stdout).not.toContain('since');
    await rig.migration('0001_tenants.ts', partitionStep([]));
    expect((await rig.run('history')).stdout).toMatch(/0001_tenants .*│ [0-9a-f]{8}, file changed since +│/);
    const rows = JSON.parse((await rig.run('history', '--json')).stdout) as HistoryRow[];
    expect(rows.map(({ version, how, items, file }) => ({ version, how, items, file }))).toEqual([
      { version: 1, how: 'applied', items: 2, file: 'changed' },
      { version: 2, how: 'applied', items: 1, file: 'as it ran' },
    ]);
  });
});
