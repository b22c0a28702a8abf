import { StoreUnavailableError } from '../../src/errors.js';
import type { RunStatus } from '../../src/engine/status/run-status.js';
import type { Json } from '../../src/json.js';
import type { Ledger } from '../../src/ledger/ledger.js';
import { openMemoryStore } from '../../src/stores/memory/memory-store.js';
import type { Store } from '../../src/stores/store.js';
import { changeState, readState } from '../../src/versions/state-entry.js';
import { runExecution, withTestLedgers, type CopyRunOptions } from '../support/copy-run.js';
import { FrozenService, readingStep, type Meanwhile } from './frozen-service.js';

let ledger: Ledger;
withTestLedgers(1, ([made]) => (ledger = made));

/** A service on a database with one step of the chain that is pending. */
async function setUp(meanwhile?: Meanwhile) {
  const service = new FrozenService();
  const database = await service.store();
  const options = {
    ...{ stores: { database }, ledger, clock: service.clock, registry: readingStep(meanwhile) },
    project: { database: 'database', ...service.hooks },
  };
  const run = (input: Json, more: Partial<CopyRunOptions> = {}): Promise<RunStatus> =>
    runExecution({ ...options, ...more }, input);
  return { service, database, run, up: (more?: Partial<CopyRunOptions>) => run({ up: {} }, more) };
}

/** The order of what happens in a run that comes to its end. */
const whole = ['freeze', 'read', 'swap', 'wait', 'thaw'];

const stateOf = async ({ keyValues }: Store) => await readState(keyValues);

async function expectFreeAt(version: number, database: Store): Promise<void> {
  const state = await stateOf(database);
  expect({ version: state?.version, lease: state?.lease }).toEqual({ version, lease: undefined });
}

describe('the hooks freeze and thaw', () => {
  test('are called before the first read, and after the cutover and the time that readers keep names', async () => {
    const { service, database, up } = await setUp();
    const { run } = await up();
    expect(run.exitCode).toBe(0);
    expect(service.order).toEqual(whole);
    const call = { run: run.run, description: 'migration 0001_mark' };
    expect(service.calls).toEqual([call, call]);
    expect((await stateOf(database))?.lease).toBeUndefined();
  });

  test.each(['setup,migrate,validate', 'validate'])('are called around a copy of the steps %s', async (steps) => {
    const { service, database, run } = await setUp();
    const stores = { source: database, target: openMemoryStore() };
    const copy = (more: Record<string, Json>) => run({ copy: { from: 'source', to: 'target', ...more } }, { stores });
    await copy({});
    service.events.length = 0;
    const status = await copy({ onExisting: 'merge', steps: steps.split(',') });
    expect(status.run.exitCode).toBe(0);
    expect(service.order).toEqual(['freeze', 'read', 'thaw']);
  });

  test('are not called by a dry run', async () => {
    const { service, database, run } = await setUp();
    await run({ up: { dryRun: true } });
    const stores = { source: database, target: openMemoryStore() };
    await run({ copy: { from: 'source', to: 'target', dryRun: true } }, { stores });
    expect(service.events).toEqual([]);
  });

  test('are not called where nothing is pending, nor by a clean-up', async () => {
    const { service, up, run } = await setUp();
    await up();
    service.events.length = 0;
    expect([(await up()).run.exitCode, (await run({ cleanup: {} })).run.exitCode]).toEqual([0, 0]);
    expect(service.events).toEqual([]);
  });
});

describe('freeze', () => {
  test('is asked for again, before anything is read, when its call failed', async () => {
    const { service, up } = await setUp();
    let failures = 2;
    service.onFreeze = () => {
      if (failures-- > 0) throw new StoreUnavailableError('the service did not answer');
    };
    expect((await up()).run.exitCode).toBe(0);
    expect(service.events.slice(0, 3)).toEqual(['freeze', 'freeze', 'freeze']);
    expect(service.order).toEqual(whole);
  });

  test('that fails for good ends the run with nothing read, and the service is thawed, as its answer may be lost', async () => {
    const { service, database, up } = await setUp();
    service.onFreeze = () => {
      throw new TypeError('no such service');
    };
    const { run } = await up();
    expect(run).toMatchObject({ exitCode: 3, error: { step: 'setup', message: 'no such service' } });
    expect(service.events).toEqual(['freeze', 'thaw']);
    await expectFreeAt(0, database);
  });

  test('may take longer than the lease: it is kept meanwhile', async () => {
    const { service, database, up } = await setUp();
    const renewals: (number | undefined)[] = [];
    service.onFreeze = async () => {
      for (let look = 0; look < 2; look++) {
        renewals.push((await stateOf(database))?.lease?.renewals);
        await service.clock.sleep(1_000);
      }
    };
    expect((await up({ settings: { leaseMs: 1_000, requestTimeoutMs: 100 } })).run.exitCode).toBe(0);
    expect(renewals[1]).toBeGreaterThan(Number(renewals[0]));
  });

  test('is asked for by each run that goes on with an attempt, since the one before let the service thaw', async () => {
    let broken = true;
    const { service, up } = await setUp(() => {
      if (broken) throw new TypeError('not yet');
    });
    expect((await up()).run.exitCode).toBe(3);
    expect(service.order).toEqual(['freeze', 'thaw']);
    broken = false;
    expect((await up()).run.exitCode).toBe(0);
    expect(service.order).toEqual(['freeze', 'thaw', ...whole]);
  });

  test('is asked for by a run that finds the service frozen by one that was killed', async () => {
    let killed = true;
    const { service, up } = await setUp(() => {
      if (killed) throw new TypeError('killed');
    });
    const dies = () => Promise.reject(new TypeError('killed'));
    await up({ handlers: { Abort: dies }, settings: { leaseMs: 1_000, requestTimeoutMs: 100 } }).catch(() => undefined);
    expect(service.events).toEqual(['freeze']);
    killed = false;
    expect((await up({ settings: { leaseMs: 1_000, requestTimeoutMs: 100 } })).run.exitCode).toBe(0);
    expect(service.events.slice(0, 2)).toEqual(['freeze', 'freeze']);
    expect(service.order).toEqual(whole);
  });
});

describe('thaw', () => {
  test('waits for readers also where the run fails after the cutover', async () => {
    const { service, database, up, run } = await setUp();
    const Cleanup = () => Promise.reject(new TypeError('no more today'));
    expect((await up({ handlers: { Cleanup } })).run.exitCode).toBe(3);
    expect(service.order).toEqual(whole);
    await expectFreeAt(1, database);
    expect((await run({ cleanup: {} })).run.exitCode).toBe(0);
    expect(service.events.filter((event) => event === 'thaw')).toHaveLength(1);
  });

  test('that fails is reported, the lease is freed, and a clean-up asks again', async () => {
    const { service, database, up, run } = await setUp();
    service.onThaw = () => {
      throw new TypeError('no such service');
    };
    const failed = await up();
    expect(failed.run).toMatchObject({ exitCode: 3, error: { name: 'CleanupFailedError', step: 'cleanup' } });
    expect(failed.run.error?.message).toMatch(/migration 0001_mark is complete, but its clean-up is not.*no such/);
    expect(failed.run.error?.message).toMatch(/the service was not asked to thaw, or did not: it may be frozen still/);
    await expectFreeAt(1, database);
    service.onThaw = () => undefined;
    expect((await run({ cleanup: {} })).run.exitCode).toBe(0);
    expect((await stateOf(database))?.attempt?.endedAt).toBeDefined();
    service.events.length = 0;
    expect((await run({ cleanup: {} })).run.exitCode).toBe(0);
    expect(service.events).toEqual([]);
  });

  test('is left to the run that owns the database by now', async () => {
    const { service, database, up } = await setUp(async () => {
      await changeState(database.keyValues, (state) => {
        const token = state.token + 1;
        const lease = state.lease && { ...state.lease, owner: 'another run', token };
        return { ...state, token, lease };
      });
    });
    const settings = { leaseMs: 1_000, requestTimeoutMs: 100 };
    expect((await up({ settings })).run.exitCode).toBe(3);
    expect(service.events).not.toContain('thaw');
    expect((await stateOf(database))?.lease?.owner).toBe('another run');
  });
});
