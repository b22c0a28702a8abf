import { ulid } from 'ulid';
import type { HistoryRow } from '../../src/cli/history-command.js';
import type { VersionReport } from '../../src/cli/version-report.js';
import { acquireLease } from '../../src/kv/lease.js';
import { openMemoryStore } from '../../src/stores/memory/memory-store.js';
import type { Store } from '../../src/stores/store.js';
import { partitionEntry, registerPartition } from '../../src/versions/partition-versions.js';
import { readState, replaceState, stateLeaseCell } from '../../src/versions/state-entry.js';
import { createEmpty } from '../engine/memory-stores.js';
import { openChainRig, partitionStep, type ChainRig } from './chain-rig.js';

let rig: ChainRig;
let old: Store;
let live: Store;
beforeAll(async () => {
  rig = await openChainRig();
});
afterAll(() => rig.stop());

/** Moves the home, and leaves the table `left` of the old one to be dropped. */
const movingStep = `export default {
  kind: 'moving-step',
  stores: ['live'],
  async open({ openStore, database, version }) {
    const store = await openStore(database);
    return {
      forecast: async () => ({ faults: [], warnings: [], tables: [], drops: [] }),
      async *setup() {},
      async *migrate() {},
      async *expects() {},
      async *complete() {},
      cutover: async () => {
        const { identity } = await store.describe('left');
        const notBefore = '2026-01-01T00:00:00.000Z';
        return { home: 'live', cleanup: [{ store: database, table: 'left', identity, version, notBefore }] };
      },
      cleanup: async () => {
        if (globalThis.keepsWhole === true) throw new RangeError('not yet');
        return true;
      },
    };
  },
};
`;
const first = { '0001_tenants.ts': partitionStep(['acme']), '0002_move.ts': movingStep };
const lives = 'the version lives in the store "live" now: let the configuration say database: "live"\n';

async function project(files: Readonly<Record<string, string>> = first): Promise<void> {
  const [main, other] = [`main-${ulid()}`, `live-${ulid()}`];
  await rig.project(files, { stores: { main: `memory:${main}`, live: `memory:${other}` } });
  [old, live] = [openMemoryStore({ name: main }), openMemoryStore({ name: other })];
  await createEmpty(old, 'left');
}

const up = (...options: string[]) => rig.run('up', ...rig.ledger, ...options);

describe('commands, where the configuration names the old home of a database', () => {
  beforeEach(async () => {
    await project();
    expect(await up()).toMatchObject({
      exitCode: 0,
      stderr: expect.stringContaining(lives),
      stdout: expect.stringMatching(/^live \(memory:.*\) came from version 0 to 2: 2 migrations were applied/),
    });
  });

  test('version and history tell of the new one, and say so', async () => {
    const told = await rig.run('version');
    expect(told).toMatchObject({ exitCode: 0, stderr: lives });
    expect(told.stdout).toMatch(/^live \(memory:live-.*\) is at version 2; the code expects 2\nnothing is pending\n/);
    expect(told.stdout).toContain('partitions: 1 known, 1 at version 1');
    const { stdout, stderr } = await rig.run('version', '--json');
    expect(stderr).toBe(lives);
    expect(JSON.parse(stdout) as VersionReport).toMatchObject({ database: 'live', version: 2 });
    const rows = await rig.run('history', '--json');
    expect(rows.stderr).toBe(lives);
    expect((JSON.parse(rows.stdout) as HistoryRow[]).map(({ version }) => version)).toEqual([1, 2]);
  });

  test('up goes on there, and says so in a dry run and in a run', async () => {
    await rig.migration('0003_tenants.ts', partitionStep(['acme']));
    const plan = await up('--dry-run');
    expect(plan).toMatchObject({
      exitCode: 0,
      stderr: lives,
      stdout: expect.stringMatching(/^live .* version 2, 1 mi/),
    });
    expect(await up()).toMatchObject({ exitCode: 0, stderr: expect.stringContaining(lives) });
    expect(await readState(live.keyValues)).toMatchObject({ version: 3 });
    expect(await readState(old.keyValues)).toMatchObject({ version: 2 });
    await rig.migration('0003_tenants.ts', undefined);
  });

  test('park and unlock change the new one alone', async () => {
    await registerPartition(live.keyValues, 'bolt', 2);
    expect(await rig.run('park', 'bolt', '--why', 'ends soon')).toMatchObject({ exitCode: 0, stderr: lives });
    expect(await partitionEntry(live.keyValues, 'bolt')).toMatchObject({ parked: { why: 'ends soon' } });
    expect(await partitionEntry(old.keyValues, 'bolt')).toBeUndefined();
    const holder = { owner: 'run-7', who: 'anna', where: 'a laptop', durationMs: 600 };
    await acquireLease(stateLeaseCell(live.keyValues), holder);
    const broken = await rig.run('unlock', '--yes');
    expect(broken).toMatchObject({ exitCode: 0, stderr: expect.stringContaining(lives) });
    expect(broken.stdout).toMatch(/^live .*the lock of run run-7 is broken/);
  });

  test('baseline finds the version that it has', async () => {
    expect(await rig.run('baseline', '1', '--yes')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/the version lives in the store "live" now.*\n[^]*has a version already, 2/),
    });
  });
});

describe('a database that was left on its way', () => {
  test('is finished by cleanup, which drops what its old home still has', async () => {
    await project();
    Object.assign(globalThis, { keepsWhole: true });
    expect(await up()).toMatchObject({ exitCode: 3 });
    Object.assign(globalThis, { keepsWhole: false });
    // As if the run had been killed just after its old home had said where it goes.
    await replaceState(old.keyValues, (state) => ({ ...state, moved: { ...state.moved!, arrived: false } }));
    await live.keyValues.delete(new TextEncoder().encode('carryover'), new TextEncoder().encode('state'));
    const told = await rig.run('version');
    expect(told.stderr).toMatch(/^the database is on its way to the store "live": the next "carryover up" or /);
    expect(told.stdout).toMatch(/^live .* is at version 2/);
    expect(await readState(live.keyValues)).toBeUndefined();
    const cleaned = await rig.run('cleanup', '--yes', ...rig.ledger);
    expect(cleaned).toMatchObject({ exitCode: 0, stdout: 'dropped: table left of main\n' });
    expect(await readState(live.keyValues)).toMatchObject({ version: 2, cleanup: [] });
    expect((await rig.run('version')).stderr).toBe(lives);
  });
});
