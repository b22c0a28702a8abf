import { ulid } from 'ulid';
import type { Clock } from '../../src/clock.js';
import { migrate } from '../../src/engine/steps/migrate.js';
import { validate } from '../../src/engine/steps/validate.js';
import type { Call, Dependencies, UnitInput } from '../../src/engine/dependencies.js';
import type { RunStatus } from '../../src/engine/status/run-status.js';
import type { Ledger } from '../../src/ledger/ledger.js';
import type { Handler } from '../../src/local/state-machine.js';
import type { Settings } from '../../src/settings.js';
import { openDynamodbStore } from '../../src/stores/dynamodb/dynamodb-store.js';
import type { Store } from '../../src/stores/store.js';
import { systemClock } from '../../src/system-clock.js';
import { runCopy, testDependencies, testLedger } from '../support/copy-run.js';
import { testDynamodb, type TestDynamodb } from '../support/dynamodb.js';
import { created, ids, numbered, ownDescription, readAll, writeAll } from '../stores/dynamodb/proxied-store.js';

let engine: TestDynamodb;
let ledger: Ledger;
const opened: Store[] = [];
beforeAll(async () => {
  engine = await testDynamodb();
  ledger = await testLedger(engine.endpoint);
});
afterAll(async () => {
  for (const store of opened) await store.close();
  await ledger.close();
  await engine.stop();
});

function openStore(): Store {
  const [region, prefix] = ['eu-west-1', `t${ulid()}-`];
  const location = `dynamodb://${region}/${prefix}`;
  const options = { region, endpoint: engine.endpoint, prefix, location, requestTimeoutMs: 10_000 };
  const store = openDynamodbStore(options);
  opened.push(store);
  return store;
}

/** Pauses move it on, which take no time: they alone sleep without a signal that ends them. */
function leapingClock(): Clock {
  let leaptMs = 0;
  return {
    now: () => systemClock.now() + leaptMs,
    monotonic: () => systemClock.monotonic() + leaptMs,
    async sleep(ms, signal) {
      if (signal !== undefined) return await systemClock.sleep(ms, signal);
      await new Promise((resolve) => setImmediate(resolve));
      leaptMs += ms;
    },
  };
}

const items = numbered(60);
const long = { migrate: 900_000, validate: 900_000 };

/** Copies the items between two stores of the engine; how long each phase took by the clock that it paused by. */
async function copied(
  settings: Partial<Settings>,
  { pageItems, callMs }: { pageItems: number; callMs: { migrate: number; validate: number } },
): Promise<RunStatus['tables'][number] & { statuses: string[]; tookMs: { migrate: number; validate: number } }> {
  const clock = leapingClock();
  const stores = { source: openStore(), target: openStore() };
  for (const store of Object.values(stores)) {
    const read = store.read.bind(store);
    store.read = (segment, from) => read(segment, from, { pageItems });
  }
  await created(stores.source, ownDescription('orders'));
  await writeAll(stores.source, 'orders', items);
  // The lease is renewed in real time, and would run out in a leap.
  const options = { stores, ledger, clock, settings: { ...settings, leaseMs: 86_400_000, concurrency: 2 } };
  const statuses: string[] = [];
  const times = { migrate: [clock.monotonic()], validate: [] as number[] };
  const handlers: Record<string, Handler> = {};
  for (const [phase, step] of [
    ['migrate', migrate],
    ['validate', validate],
  ] as const)
    handlers[phase === 'migrate' ? 'MigrateUnit' : 'ValidateUnit'] = async (event) => {
      const deps: Dependencies = testDependencies(options);
      const startedAt = clock.monotonic();
      times[phase].push(startedAt);
      const call: Call = { remainingMs: () => callMs[phase] - (clock.monotonic() - startedAt) };
      const result = await step(event as UnitInput, deps, call);
      times[phase].push(clock.monotonic());
      statuses.push(result.status);
      return result;
    };
  const { run, tables } = await runCopy({ ...options, handlers }, { segments: 4 });
  expect(run).toMatchObject({ status: 'succeeded', exitCode: 0 });
  expect(ids(await readAll(stores.target, 'orders'))).toEqual(ids(items));
  const [table] = tables;
  if (table === undefined) throw new Error('nothing was carried');
  const took = (at: number[]): number => Math.max(...at) - Math.min(...at);
  return { ...table, statuses, tookMs: { migrate: took(times.migrate), validate: took(times.validate) } };
}

describe('a copy below ceilings on capacity', () => {
  test('writes, and reads both sides in validation, as slowly as they ask for', async () => {
    const table = await copied({ readUnitsPerSecond: 1, writeUnitsPerSecond: 2 }, { pageItems: 10, callMs: long });
    const { migrate: carried, validate: validated, tookMs } = table;
    expect(carried.usage.writeUnits).toBe(60);
    expect(tookMs.migrate).toBeGreaterThanOrEqual(30_000);
    expect(validated.usage.readUnits).toBeGreaterThan(4);
    expect(tookMs.validate).toBeGreaterThanOrEqual(validated.usage.readUnits * 1_000);
    expect(table.statuses).toEqual(Array.from({ length: 4 + 8 }, () => 'done'));
  });

  test('goes on call by call where a step costs more than one call can wait for, and loses nothing', async () => {
    const table = await copied(
      { readUnitsPerSecond: 1, writeUnitsPerSecond: 1 },
      { pageItems: 5, callMs: { migrate: 5_000, validate: 800 } },
    );
    expect(table.statuses.filter((status) => status === 'more').length).toBeGreaterThan(20);
    expect(table.tookMs.migrate).toBeGreaterThanOrEqual(60_000);
    expect(table.migrate).toMatchObject({ done: 4, items: 60 });
    expect(table.verdict).toMatchObject({ equal: true, expectedItems: 60, actualItems: 60 });
  });
});
