import pMap from 'p-map';
import type { Ledger } from '../../../src/ledger/ledger.js';
import type { Stage } from '../../../src/migrations/definition.js';
import type { Migration } from '../../../src/migrations/migration.js';
import type { RegisteredMigration } from '../../../src/migrations/registry.js';
import { openMemoryStore } from '../../../src/stores/memory/memory-store.js';
import type { Store } from '../../../src/stores/store.js';
import { registerPartition } from '../../../src/versions/partition-versions.js';
import { runExecution, withTestLedgers } from '../../support/copy-run.js';
import { faultPlan, faulty, type FaultPlan } from '../../support/faults.js';
import { createEmpty, tableNames } from '../memory-stores.js';
import { marksOf } from './marking-steps.js';
import { homeIn, movingChain, movingStep } from './moving-steps.js';

let ledger: Ledger;
withTestLedgers(1, ([made]) => (ledger = made));

const tenants = ['acme', 'bolt', 'cask'];

interface Stores {
  readonly old: Store;
  readonly live: Store;
}

async function stores(): Promise<Stores> {
  const old = openMemoryStore({ location: 'memory:old' });
  const live = openMemoryStore({ location: 'memory:live' });
  for (const tenant of tenants) await registerPartition(old.keyValues, tenant, 0);
  await createEmpty(old, 'left');
  await createEmpty(live, 'marks');
  return { old, live };
}

/** The calls between which the home moves: from the cutover to the next step's Setup. */
interface MoveCalls {
  first: number;
  last: number;
}

/** A step, one that moves the home and leaves a table behind, and one at the new home. */
async function chain({ old }: Stores, plan: FaultPlan, calls: MoveCalls) {
  const { identity } = await old.describe('left');
  const pending = { store: 'old', table: 'left', identity, version: 2, notBefore: '2026-01-01T00:00:00.000Z' };
  const [first, last] = movingChain([1, 3], {}).migrations;
  const moving = watched(movingStep(2, 'live', { cleanup: [pending] }), {
    cutover: () => (calls.first ||= plan.count + 1),
  });
  return { migrations: [first!, moving, watched(last!, { setup: () => (calls.last ||= plan.count) })] };
}

type Watch = Partial<Record<'cutover' | 'setup', () => void>>;

/** Tells when the migration is called. */
function watched(registered: RegisteredMigration, { cutover, setup }: Watch): RegisteredMigration {
  const { definition } = registered;
  const open = async (stage: Stage): Promise<Migration> => {
    const migration = await definition.open(stage);
    return {
      ...migration,
      setup(...args) {
        setup?.();
        return migration.setup(...args);
      },
      async cutover(context) {
        cutover?.();
        return (await migration.cutover?.(context)) ?? {};
      },
    };
  };
  return { ...registered, definition: { ...definition, open } };
}

/** One `up` with this fault, then the same, with either configuration, until it ends well; returns the plan as it was left. */
async function upWith(plan: FaultPlan, calls: MoveCalls = { first: 0, last: 0 }): Promise<FaultPlan> {
  const { old, live } = await stores();
  const registry = await chain({ old, live }, plan, calls);
  const settings = { leaseMs: 2_000, requestTimeoutMs: 200 };
  const given = { registry, settings, outcomes: ledger, callMs: 3_000, sharesLease: plan.kind !== 'error' };
  await runExecution(
    {
      ...given,
      stores: { old: faulty(old, plan, 'old'), live: faulty(live, plan, 'live') },
      ledger: faulty(ledger, plan, 'ledger'),
      project: { database: 'old' },
    },
    { up: {} },
  ).catch(() => undefined);
  const moved = (await homeIn(old)).state?.moved !== undefined;
  const database = moved && plan.at % 2 === 0 ? 'live' : 'old';
  const again = await runExecution({ ...given, stores: { old, live }, ledger, project: { database } }, { up: {} });
  const where = `call ${plan.at} (${plan.kind}), ${plan.log?.[plan.at - 1] ?? 'no such call'}, then database: ${database}`;
  expect({ where, error: again.run.error, exitCode: again.run.exitCode }).toEqual({ where, exitCode: 0 });
  const [left, arrived] = [await homeIn(old), await homeIn(live)];
  expect({ where, ...arrived, lease: arrived.state?.lease }).toMatchObject({
    where,
    state: { version: 3, baseline: 0, cleanup: [], movedFrom: { store: 'old', version: 2, id: left.state?.moved?.id } },
    lease: undefined,
    versions: [1, 2, 3],
    partitions: tenants.map((tenant) => [tenant, 0]),
  });
  expect({ where, left }).toMatchObject({
    where,
    left: { state: { version: 2, moved: { store: 'live', arrived: true } }, versions: [1, 2] },
  });
  expect({ where, marks: [await marksOf(old), await marksOf(live)] }).toEqual({ where, marks: [[1, 2], [3]] });
  expect({ where, tables: await tableNames(old) }).toEqual({ where, tables: ['marks'] });
  return plan;
}

describe('a fault at every call from the cutover that moves the home to the next migration', () => {
  const calls = { first: 0, last: 0 };
  beforeAll(() => upWith(faultPlan(0, 'error'), calls));

  test.each([
    ['error', 4],
    ['lost', 2],
    ['never', 12],
  ] as const)(
    'of kind "%s" leaves a chain that ends at the new home, nothing twice and nothing left out',
    async (kind, stride) => {
      const { first, last } = calls;
      const numbers = Array.from({ length: Math.ceil((last + 1 - first) / stride) }, (_, at) => first + at * stride);
      const plans = await pMap(numbers, (at) => upWith(faultPlan(at, kind)), {
        concurrency: kind === 'never' ? 32 : 12,
      });
      const fired = plans.filter((plan) => plan.fired).length;
      process.stderr.write(`${kind}: a fault at ${fired} of the calls ${first} to ${last}\n`);
      expect(fired).toBeGreaterThanOrEqual(numbers.length * 0.9);
    },
    900_000,
  );
});
