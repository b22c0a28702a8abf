import pMap from 'p-map';
import type { Ledger } from '../../../src/ledger/ledger.js';
import { forEachPartition } from '../../../src/migrations/for-each-partition/for-each-partition.js';
import type { Registry } from '../../../src/migrations/registry.js';
import { openMemoryStore } from '../../../src/stores/memory/memory-store.js';
import type { Store } from '../../../src/stores/store.js';
import { history } from '../../../src/versions/history.js';
import { partitionEntries, registerPartition } from '../../../src/versions/partition-versions.js';
import { readState } from '../../../src/versions/state-entry.js';
import { runExecution, withTestLedgers } from '../../support/copy-run.js';
import { faultPlan, faulty, type FaultPlan } from '../../support/faults.js';
import { markingSteps, marksOf, registered } from './marking-steps.js';

let ledger: Ledger;
withTestLedgers(1, ([made]) => (ledger = made));

const tenants = ['acme', 'bolt', 'cask'];

/** Marks each tenant by an item of its own; a second mark of one would be another item. */
function chain(): Registry {
  const perTenant = forEachPartition({
    waves: [1, 'all'],
    async *migrate(partition, { database, fenceFor, version }) {
      const writer = database.writer('marks', { unit: 0, position: 0, fence: fenceFor(database) });
      await writer.write([{ id: { S: `item-${tenants.indexOf(partition) + 10 * version}` }, total: { N: '1' } }]);
      await writer.flush();
      yield 'marked';
    },
  });
  const { migrations } = markingSteps([1, 3]);
  return { migrations: [...migrations, registered(2, perTenant)].sort((a, b) => a.version - b.version) };
}

/** One `up` with this fault, then the same until it ends well; returns the plan as it was left. */
async function upWith(plan: FaultPlan): Promise<FaultPlan> {
  const database = openMemoryStore();
  for (const tenant of tenants) await registerPartition(database.keyValues, tenant, 0);
  const given = { registry: chain(), project: { database: 'database' }, callMs: 3_000 };
  const settings = { leaseMs: 2_000, requestTimeoutMs: 200 };
  const run = (store: Store, on: Ledger, sharesLease: boolean) =>
    runExecution(
      { ...given, stores: { database: store }, ledger: on, outcomes: ledger, settings, sharesLease },
      { up: {} },
    );
  const shares = plan.kind !== 'error';
  await run(faulty(database, plan, 'database'), faulty(ledger, plan, 'ledger'), shares).catch(() => undefined);
  const again = await run(database, ledger, shares);
  const where = `call ${plan.at} (${plan.kind}), ${plan.log?.[plan.at - 1] ?? 'no such call'}`;
  expect({ where, error: again.run.error, exitCode: again.run.exitCode }).toEqual({ where, exitCode: 0 });
  const state = await readState(database.keyValues);
  expect({ where, version: state?.version, lease: state?.lease, cleanup: state?.cleanup }).toEqual({
    ...{ where, version: 3, cleanup: [] },
    lease: undefined,
  });
  const versions: number[] = [];
  for await (const { version } of history(database.keyValues)) versions.push(version);
  expect({ where, versions }).toEqual({ where, versions: [1, 2, 3] });
  const partitions: unknown[] = [];
  for await (const { id, entry } of partitionEntries(database.keyValues)) partitions.push([id, entry.dataVersion]);
  expect({ where, partitions }).toEqual({ where, partitions: tenants.map((tenant) => [tenant, 2]) });
  expect({ where, marks: await marksOf(database) }).toEqual({ where, marks: [1, 3, 20, 21, 22] });
  return plan;
}

describe('a fault at every call to the database, its versions or the ledger', () => {
  let calls = 0;
  beforeAll(async () => {
    calls = (await upWith(faultPlan(0, 'error'))).count;
  });

  // Every call of the steps themselves meets its faults in faults.test.ts; a call that never returns takes its whole time.
  test.each([
    ['error', 5],
    ['lost', 5],
    ['never', 29],
  ] as const)(
    'of kind "%s" leaves a chain that ends at its last version, no step and no partition left out',
    async (kind, stride) => {
      const numbers = Array.from({ length: Math.floor(calls / stride) }, (_, index) => 1 + index * stride);
      const plans = await pMap(numbers, (at) => upWith(faultPlan(at, kind)), {
        concurrency: kind === 'never' ? 32 : 12,
      });
      const fired = plans.filter((plan) => plan.fired).length;
      process.stderr.write(`${kind}: a fault at ${fired} of ${calls} calls\n`);
      expect(fired).toBeGreaterThanOrEqual(numbers.length * 0.9);
    },
    900_000,
  );
});
