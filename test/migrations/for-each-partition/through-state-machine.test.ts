import type { Ledger } from '../../../src/ledger/ledger.js';
import type { MigrationDefinition } from '../../../src/migrations/definition.js';
import { forEachPartition } from '../../../src/migrations/for-each-partition/for-each-partition.js';
import { openMemoryStore } from '../../../src/stores/memory/memory-store.js';
import type { Store } from '../../../src/stores/store.js';
import { history } from '../../../src/versions/history.js';
import { changePartition, partitionEntry, partitionVersion } from '../../../src/versions/partition-versions.js';
import { readState } from '../../../src/versions/state-entry.js';
import { runExecution, withTestLedgers } from '../../support/copy-run.js';
import { allEffects, effects, tenantsStep } from './tenants.js';

let ledger: Ledger;
let store: Store;
withTestLedgers(1, ([first]) => (ledger = first));
beforeEach(() => (store = openMemoryStore()));
afterEach(() => store.close());

const tenants = Array.from({ length: 40 }, (_, index) => `tenant ${index}`);

async function up(definitions: readonly MigrationDefinition[], input: Record<string, string> = {}, callMs = 60_000) {
  const migrations = definitions.map((definition, index) => {
    const file = `000${index + 1}_tenants.ts`;
    return { version: index + 1, name: 'tenants', file, checksum: `sum-${index}`, definition };
  });
  const options = { stores: { database: store }, ledger, registry: { migrations }, project: { database: 'database' } };
  const { run } = await runExecution({ ...options, callMs }, { up: input });
  return run;
}

const park = (id: string) =>
  changePartition(store.keyValues, id, (entry) => ({
    ...(entry ?? { dataVersion: 0, changedAt: '2026-01-01T00:00:00.000Z' }),
    parked: { why: 'broken', who: 'ann', at: '2026-01-01T00:00:00.000Z' },
  }));

async function itemsOfHistory(): Promise<number[]> {
  const items: number[] = [];
  for await (const entry of history(store.keyValues)) items.push(entry.items);
  return items;
}

describe('tenants that go through the state machine', () => {
  test('are brought through two steps, in waves: one that fails twice succeeds, one that never does fails the run alone', async () => {
    const violations: string[] = [];
    const tries = new Map<string, number>();
    const before = (tenant: string, version: number): void => {
      const count = (tries.get(`${tenant} to ${version}`) ?? 0) + 1;
      tries.set(`${tenant} to ${version}`, count);
      if (tenant === 'tenant 7' && version === 1 && count < 3) throw new Error('not yet');
      if (tenant === 'tenant 30' && version === 2) throw new Error('never');
    };
    const options = { tenants, kv: () => store.keyValues, waves: [1, 20] as const, violations, before };
    const steps = [1, 2].map(() => tenantsStep(options, () => 1));
    const failed = await up(steps);
    expect(failed).toMatchObject({ status: 'failed', exitCode: 3, error: { name: 'UnitsFailedError' } });
    expect(failed.error?.message).toContain('1 partition failed: tenant 30 (Error: never)');
    expect(await readState(store.keyValues)).toMatchObject({ version: 1 });
    for (const tenant of tenants) {
      const versions = tenant === 'tenant 30' ? 1 : 2;
      expect(await effects(store.keyValues, tenant)).toEqual(allEffects(1, versions));
      expect(await partitionVersion(store.keyValues, tenant)).toBe(versions);
    }

    const triesBefore = new Map(tries);
    await park('tenant 30');
    expect(await up(steps)).toMatchObject({ exitCode: 0 });
    expect(await readState(store.keyValues)).toMatchObject({ version: 2 });
    expect(tries).toEqual(triesBefore);
    expect(await itemsOfHistory()).toEqual([40, 39]);
    expect(violations).toEqual([]);
  });

  test('catch up one by one, by name', async () => {
    let broken = true;
    const done: string[] = [];
    const definition = forEachPartition({
      partitions: () => tenants.slice(0, 3),
      migrate: async (tenant, { version }) => {
        if (tenant === 'tenant 1' && broken) throw new Error('broken');
        done.push(`${tenant} to ${version}`);
      },
    });
    await park('tenant 1');
    expect(await up([definition, definition])).toMatchObject({ exitCode: 0 });
    expect(await up([definition, definition], { partition: 'tenant 1' })).toMatchObject({ exitCode: 3 });
    broken = false;
    expect(await up([definition, definition], { partition: 'tenant 1' })).toMatchObject({ exitCode: 0 });
    expect(done.slice(-2)).toEqual(['tenant 1 to 1', 'tenant 1 to 2']);
    expect(await partitionEntry(store.keyValues, 'tenant 1')).toEqual({
      dataVersion: 2,
      changedAt: expect.any(String),
    });
    expect(await up([definition, definition], { partition: 'nobody' })).toMatchObject({
      exitCode: 2,
      error: { name: 'InputError', message: expect.stringContaining('there is no partition "nobody"') },
    });
  });

  test('are gone on with inside by calls that are too short for one of them', async () => {
    const parts: number[] = [];
    let calls = 0;
    const definition = forEachPartition({
      partitions: () => ['huge'],
      async *migrate(_tenant, _context, from) {
        calls += 1;
        for (let part = (from as number | undefined) ?? 0; part < 30; part += 1) {
          await new Promise((resolve) => setTimeout(resolve, 20));
          parts.push(part);
          yield { cursor: part + 1, items: 1 };
        }
      },
    });
    expect(await up([definition], {}, 400)).toMatchObject({ exitCode: 0 });
    expect([...new Set(parts)]).toEqual(Array.from({ length: 30 }, (_, part) => part));
    expect(calls).toBeGreaterThan(1);
    expect(await itemsOfHistory()).toEqual([30]);
  });
});

test('a run does not list and count all partitions before it begins, as a dry run does', async () => {
  const counted: string[] = [];
  const definition = forEachPartition({
    partitions: () => ['acme', 'bolt'],
    migrate: () => Promise.resolve(),
    count: (partition) => Promise.resolve(counted.push(partition)),
  });
  expect(await up([definition])).toMatchObject({ exitCode: 0 });
  expect(counted).toEqual([]);
  expect(await partitionVersion(store.keyValues, 'bolt')).toBe(1);
});
