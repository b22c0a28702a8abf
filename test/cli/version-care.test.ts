import type { CleanupReport } from '../../src/cli/cleanup-command.js';
import { acquireLease, renewLease } from '../../src/kv/lease.js';
import type { Store } from '../../src/stores/store.js';
import { history } from '../../src/versions/history.js';
import { partitionEntry, registerPartition } from '../../src/versions/partition-versions.js';
import { changeState, readState, stateLeaseCell } from '../../src/versions/state-entry.js';
import { broken, openChainRig, partitionStep, tableStep, tried, type ChainRig } from './chain-rig.js';
import { counts, itemOf, put } from './memory-tables.js';

let rig: ChainRig;
beforeAll(async () => {
  rig = await openChainRig();
});
afterAll(() => rig.stop());
afterEach(() => broken.clear());

const two = { '0001_tenants.ts': partitionStep(['acme', 'globex']), '0002_orders.ts': tableStep('orders') };
const up = () => rig.run('up', ...rig.ledger);

async function createTable(store: Store, name: string): Promise<string> {
  const origin = { engine: 'memory', metadata: null } as const;
  await store.create({ name, identity: '', key: [{ name: 'id', type: 'S' }], origin });
  await put(store, name, [itemOf(1)]);
  return (await store.describe(name)).identity;
}

const holder = { owner: 'run-7', who: 'anna', where: 'a laptop', durationMs: 2_000 };

/** A run that holds the lock, and lives until it is told to end. */
async function livingHolder({ keyValues }: Store): Promise<() => void> {
  const cell = stateLeaseCell(keyValues);
  const { token, owner } = await acquireLease(cell, holder);
  const renewing = setInterval(() => void renewLease(cell, { owner, token }).catch(() => undefined), 300);
  return () => clearInterval(renewing);
}

describe('carryover baseline', () => {
  test('adopts a database that has data and no version, and up goes on from there', async () => {
    const store = await rig.project(two);
    await createTable(store, 'customers');
    expect(await up()).toMatchObject({ exitCode: 2 });
    const told = await rig.run('baseline', '1', '--yes');
    expect(told).toMatchObject({ exitCode: 0, stdout: 'main is at version 1\n', stderr: '' });
    const state = await readState(store.keyValues);
    expect(state).toMatchObject({ version: 1, baseline: 1 });
    expect(state?.lease).toBeUndefined();
    tried.length = 0;
    expect(await up()).toMatchObject({ exitCode: 0 });
    expect(tried).toEqual([]);
    const how: string[] = [];
    for await (const entry of history(store.keyValues)) how.push(`${entry.version} ${entry.how}`);
    expect(how).toEqual(['1 baseline', '2 applied']);
  });

  test('asks nobody where there is no terminal, and touches nothing', async () => {
    const store = await rig.project(two);
    const { exitCode, stderr } = await rig.run('baseline', '0');
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(
      /baseline: it would give main \(memory:.*\) version 0, and this cannot be taken back: give --yes/,
    );
    expect(await readState(store.keyValues)).toBeUndefined();
  });

  test.each([
    ['3', /n: no migration has the number 3: give 0, or one up to 2/],
    ['-1', /unknown option|n: "-1" is not a whole number/],
    ['one', /n: "one" is not a whole number from 0 to/],
  ])('refuses %s', async (n, why) => {
    await rig.project(two);
    const { exitCode, stderr } = await rig.run('baseline', n, '--yes');
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(why);
  });

  test('refuses a database that has a version', async () => {
    const store = await rig.project(two);
    await up();
    const before = await readState(store.keyValues);
    const { exitCode, stderr } = await rig.run('baseline', '1', '--yes');
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/n: the database has a version already, 2/);
    expect(await readState(store.keyValues)).toEqual(before);
  });

  test('ends with 4 where a run owns the database', async () => {
    const store = await rig.project(two);
    const end = await livingHolder(store);
    const { exitCode, stderr } = await rig.run('baseline', '1', '--yes');
    end();
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 4, stderr: expect.stringContaining('run-7') as string });
    expect((await readState(store.keyValues))?.baseline).toBeUndefined();
  });
});

describe('carryover park', () => {
  test('leaves a partition behind, with the reason, until it is released', async () => {
    const store = await rig.project({ '0001_tenants.ts': partitionStep(['acme', 'globex']) });
    broken.add('acme');
    expect(await up()).toMatchObject({ exitCode: 3 });
    const parked = await rig.run('park', 'acme', '--why', 'asked to wait');
    expect(parked).toMatchObject({ exitCode: 0, stdout: 'partition acme is parked, at version 0\n' });
    expect(await partitionEntry(store.keyValues, 'acme')).toMatchObject({ parked: { why: 'asked to wait' } });
    expect(await up()).toMatchObject({ exitCode: 0 });
    expect((await rig.run('version')).stdout).toMatch(/^1 partition parked: acme \(0, asked to wait; by /m);
    broken.clear();
    expect(await rig.run('park', 'acme', '--release')).toMatchObject({ exitCode: 0 });
    expect((await partitionEntry(store.keyValues, 'acme'))?.parked).toBeUndefined();
    expect((await rig.run('version')).stdout).toMatch(/^1 partition below version 1: acme \(0\)$/m);
  });

  test.each([
    [['nobody', '--why', 'x'], /id: "nobody" is not known/],
    [['acme'], /--why: is missing/],
    [['acme', '--why', ' '], /--why: is missing/],
    [['acme', '--release'], /id: "acme" is not parked; it is at version 3/],
    [['acme', '--release', '--why', 'x'], /--why: is of no use with --release/],
    [['', '--why', 'x'], /partition: an id is text of 1 to/],
  ])('refuses %j', async (args, why) => {
    const store = await rig.project(two);
    await registerPartition(store.keyValues, 'acme', 3);
    const { exitCode, stderr } = await rig.run('park', ...args);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(why);
  });
});

describe('carryover unlock', () => {
  test('says that nobody holds the lock', async () => {
    await rig.project(two);
    expect(await rig.run('unlock')).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/ is not locked\n$/) });
  });

  test('shows a dead holder, sees that it does not renew, and breaks its lock when that is allowed', async () => {
    const store = await rig.project(two);
    await acquireLease(stateLeaseCell(store.keyValues), holder);
    const asked = await rig.run('unlock');
    expect(asked.exitCode).toBe(2);
    expect(asked.stderr).toMatch(
      /locked by run run-7, started by anna on a laptop at [^]*was not renewed for all its time/,
    );
    expect(asked.stderr).toMatch(/unlock: it would take the lock of main .* from run run-7.*: give --yes/);
    expect((await readState(store.keyValues))?.lease).toMatchObject({ owner: 'run-7' });
    const broke = await rig.run('unlock', '--yes');
    expect(broke).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/run-7 is broken\n$/) });
    expect((await readState(store.keyValues))?.lease).toBeUndefined();
  });

  test('says of a living holder that it is at work', async () => {
    const store = await rig.project(two);
    const end = await livingHolder(store);
    const { exitCode, stderr } = await rig.run('unlock');
    end();
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/it is renewed: that run is at work/);
    expect((await readState(store.keyValues))?.lease).toMatchObject({ owner: 'run-7' });
  });
});

describe('carryover cleanup', () => {
  async function withDrops(): Promise<Store> {
    const store = await rig.project(two);
    expect(await up()).toMatchObject({ exitCode: 0 });
    const drop = async (table: string, notBefore: string) => ({
      ...{ store: 'main', table, identity: await createTable(store, table), version: 2, notBefore },
    });
    const cleanup = [await drop('due', '2026-01-01T00:00:00.000Z'), await drop('later', '2999-01-01T00:00:00.000Z')];
    await changeState(store.keyValues, (state) => ({ ...state, cleanup }));
    return store;
  }
  const cleanup = (...options: string[]) => rig.run('cleanup', ...rig.ledger, ...options);

  test('drops what is due when that is allowed, and says what remains until when', async () => {
    const store = await withDrops();
    const { exitCode, stdout } = await cleanup('--yes');
    expect({ exitCode, stdout }).toEqual({
      exitCode: 0,
      stdout:
        'dropped: table due of main\n' +
        'to be dropped: table later of main, left over by version 2, not before 2999-01-01T00:00:00.000Z\n',
    });
    expect(await counts(store)).toEqual({ orders: 1, later: 1 });
  });

  test('asks nobody where there is no terminal, and names the tables', async () => {
    const store = await withDrops();
    const { exitCode, stderr } = await cleanup();
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/cleanup: it would drop due of main \(memory:.*\): give --yes/);
    expect(await counts(store)).toMatchObject({ due: 1, later: 1 });
  });

  test('begins no run where nothing is due', async () => {
    await rig.project(two);
    await up();
    expect(await cleanup()).toMatchObject({ exitCode: 0, stdout: 'nothing is to be dropped by now\n', stderr: '' });
    expect(JSON.parse((await cleanup('--json')).stdout)).toMatchObject({ run: null, exitCode: 0, dropped: [] });
  });

  test('is one JSON document with --json', async () => {
    await withDrops();
    const report = JSON.parse((await cleanup('--yes', '--json')).stdout) as CleanupReport;
    expect(report).toMatchObject({
      ...{ status: 'succeeded', exitCode: 0, dropped: [{ table: 'due' }], remaining: [{ table: 'later' }] },
    });
    expect((await rig.run('status', ...rig.ledger, report.run ?? '')).stdout).toMatch(/succeeded[^]*\ncleanup\n/);
  });
});
