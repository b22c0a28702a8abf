import type { Ledger } from '../../../src/ledger/ledger.js';
import type { Project } from '../../../src/project.js';
import { openMemoryStore } from '../../../src/stores/memory/memory-store.js';
import type { Store } from '../../../src/stores/store.js';
import { registerPartition } from '../../../src/versions/partition-versions.js';
import { changeState, readState } from '../../../src/versions/state-entry.js';
import { runExecution, withTestLedgers } from '../../support/copy-run.js';
import { createEmpty, tableNames } from '../memory-stores.js';
import { homeIn, movingChain, movingStep, withHomes } from './moving-steps.js';
import { marksOf } from './marking-steps.js';
import type { Registry } from '../../../src/migrations/registry.js';

let ledger: Ledger;
withTestLedgers(1, ([made]) => (ledger = made));

let old: Store;
let live: Store;
withHomes((stores) => ([old, live] = stores));

const up = (registry: Registry, input = {}, project: Omit<Project, 'stores'> = { database: 'old' }) =>
  runExecution({ stores: { old, live }, ledger, registry, project }, { up: input });

const ended = async (run: Promise<Awaited<ReturnType<typeof up>>>) => {
  const { error, exitCode } = (await run).run;
  return { error, exitCode };
};
const well = { error: undefined, exitCode: 0 };

describe('a cutover that moves the home', () => {
  test('takes version, history and partitions along, and the same run goes on at the new home', async () => {
    for (const tenant of ['acme', 'bolt']) await registerPartition(old.keyValues, tenant, 0);
    await createEmpty(old, 'left');
    const { identity } = await old.describe('left');
    const pending = { store: 'old', table: 'left', identity, version: 2, notBefore: '2026-01-01T00:00:00.000Z' };
    const { migrations } = movingChain([1, 3], {});
    const moving = movingStep(2, 'live', { cleanup: [pending], active: { orders: 'orders_v2' } });
    const registry = { migrations: [...migrations, moving].sort((a, b) => a.version - b.version) };
    expect(await ended(up(registry))).toEqual(well);
    const arrived = await homeIn(live);
    expect(arrived).toMatchObject({
      state: { version: 3, baseline: 0, active: { orders: 'orders_v2' }, cleanup: [] },
      versions: [1, 2, 3],
      partitions: [
        ['acme', 0],
        ['bolt', 0],
      ],
    });
    expect(arrived.state).not.toHaveProperty('lease');
    expect(arrived.state?.movedFrom).toMatchObject({ store: 'old', location: 'memory:old', version: 2 });
    // Migrations up to the one that moves work where they did, those after it at the new home.
    expect([await marksOf(old), await marksOf(live)]).toEqual([[1, 2], [3]]);
    expect(await tableNames(old)).not.toContain('left');
    const left = await homeIn(old);
    expect(left.state).toMatchObject({
      version: 2,
      moved: { store: 'live', location: 'memory:live', version: 2, arrived: true },
    });
    expect(left.state?.moved?.id).toBe(arrived.state?.movedFrom?.id);
    expect(left.versions).toEqual([1, 2]);
  });

  test.each(['old', 'live'])(
    'is followed by a later run, with %s as the database of the configuration',
    async (database) => {
      expect(await ended(up(movingChain([1, 2], { 2: 'live' })))).toEqual(well);
      const before = await readState(old.keyValues);
      expect(await ended(up(movingChain([1, 2, 3], { 2: 'live' }), {}, { database }))).toEqual(well);
      expect(await homeIn(live)).toMatchObject({ state: { version: 3 }, versions: [1, 2, 3] });
      expect(await marksOf(live)).toEqual([3]);
      expect(await readState(old.keyValues)).toEqual(before);
    },
  );

  test('may come several times', async () => {
    const third = openMemoryStore({ location: 'memory:third' });
    await createEmpty(third, 'marks');
    const registry = movingChain([1, 2, 3, 4, 5], { 2: 'live', 4: 'third' });
    const run = () =>
      runExecution({ stores: { old, live, third }, ledger, registry, project: { database: 'old' } }, { up: {} });
    expect(await ended(run())).toEqual(well);
    expect(await ended(run())).toEqual(well);
    expect([await marksOf(old), await marksOf(live), await marksOf(third)]).toEqual([[1, 2], [3, 4], [5]]);
    const { state, versions } = await homeIn(third);
    expect(versions).toEqual([1, 2, 3, 4, 5]);
    expect(state?.movedFrom).toMatchObject({ store: 'live', version: 4, earlier: [{ store: 'old', version: 2 }] });
  });

  test('is no move where the database is at home there already', async () => {
    await createEmpty(old, 'marks');
    expect(await ended(up(movingChain([2], { 2: 'old' })))).toEqual(well);
    expect(await readState(old.keyValues)).toMatchObject({ version: 2 });
    expect(await readState(old.keyValues)).not.toHaveProperty('moved');
  });

  test('shows in a dry run, which writes nothing', async () => {
    await up(movingChain([1], {}));
    const before = await readState(old.keyValues);
    expect(await ended(up(movingChain([1, 2], { 2: 'live' }), { dryRun: true }))).toEqual(well);
    expect(await readState(old.keyValues)).toEqual(before);
    expect(await readState(live.keyValues)).toBeUndefined();
  });
});

describe('an old home', () => {
  beforeEach(async () => {
    expect(await ended(up(movingChain([1, 2], { 2: 'live' })))).toEqual(well);
  });

  test('takes no copy and no change', async () => {
    await createEmpty(live, 'orders');
    const copy = { from: 'live', to: 'old', tables: ['orders'] };
    const { run } = await runExecution({ stores: { old, live }, ledger }, { copy });
    expect(run).toMatchObject({ exitCode: 2, error: { name: 'DatabaseMovedError' } });
    await expect(changeState(old.keyValues, (state) => ({ ...state, version: 9 }))).rejects.toMatchObject({
      name: 'DatabaseMovedError',
      store: 'live',
      location: 'memory:live',
      version: 2,
    });
  });

  test('names a store that the configuration does not declare any more', async () => {
    const { run } = await runExecution(
      { stores: { old }, ledger, registry: movingChain([1, 2, 3], {}), project: { database: 'old' } },
      { up: {} },
    );
    expect(run).toMatchObject({ exitCode: 2, error: { name: 'InputError' } });
    expect(run.error?.message).toContain('stores.live: is not declared, and the database moved from "old"');
  });
});
