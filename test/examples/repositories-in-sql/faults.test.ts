import pMap from 'p-map';
import { digestOf } from '../../../examples/repositories-in-sql/reads/compare-reads.js';
import type { Dependencies } from '../../../src/engine/dependencies.js';
import type { Store } from '../../../src/stores/store.js';
import { faulty, faultPlan, type FaultPlan } from '../../support/faults.js';
import { openImportsRig, type ImportsRig, type Target, type World } from './imports-rig.js';

let rig: ImportsRig;
beforeAll(async () => (rig = await openImportsRig()));
afterAll(() => rig.stop());

/** A repository with its branches, commits, tags and staged objects, and all users, runs and uploads of it. */
const slice = { repositories: 1, synsets: 24 };
const settings = { leaseMs: 2_000, requestTimeoutMs: 1_000, segments: 2, checkpointMs: 1, checkpointRequests: 1 };

interface Way {
  readonly target: Target;
  readonly viaArchive: boolean;
}

/** A call of a store or of the ledger, from Begin to the end of the run, meets the fault. */
function around(plan: FaultPlan): (given: Dependencies) => Dependencies {
  const stores = new Map<string, Promise<Store>>();
  return (given) => ({
    ...given,
    ledger: faulty(given.ledger, plan, 'ledger'),
    openStore(name) {
      // Opened once, as the real ones are: a store is known by being the same object.
      const opened = stores.get(name) ?? given.openStore(name).then((store) => faulty(store, plan, name));
      stores.set(name, opened);
      return opened;
    },
  });
}

/** The service leaves SQL while a call meets the plan's fault, and again without until it has left. */
async function leaves(
  way: Way,
  plan: FaultPlan,
): Promise<{ before: Awaited<ReturnType<typeof digestOf>>; world: World }> {
  const world = await rig.world({ ...way, settings });
  await world.upTo(1);
  await world.fill(slice);
  await world.upTo(2);
  const before = await digestOf(world.before);
  await world.up({}, around(plan)).catch(() => undefined);
  let exitCode: number | undefined;
  for (let runs = 0; runs < 3 && exitCode !== 0; runs++) ({ exitCode } = (await world.up()).run);
  expect({ at: plan.at, call: plan.log?.[plan.at - 1], exitCode }).toMatchObject({ exitCode: 0 });
  return { before, world };
}

async function survives(way: Way, plan: FaultPlan): Promise<FaultPlan> {
  const { before, world } = await leaves(way, plan);
  try {
    expect(await digestOf(world.after)).toEqual(before);
    const { rows } = await world.sql.query('SELECT FROM pg_tables WHERE schemaname = $1', [world.place.schema]);
    expect(rows).toHaveLength(1);
    return plan;
  } finally {
    await world.close();
  }
}

describe('the service that leaves SQL while a call fails', () => {
  test.each<[Target, boolean, 'error' | 'lost', number]>([
    ['kv', false, 'error', 4],
    ['pgkv', false, 'lost', 4],
    ['kv', true, 'lost', 4],
    ['pgkv', true, 'error', 4],
  ])(
    'for %s (by way of the archive: %s), "%s", answers as before, %i calls tried',
    async (target, viaArchive, kind, tried) => {
      const way = { target, viaArchive };
      const calls = (await survives(way, faultPlan(0, 'error'))).count;
      const numbers = Array.from({ length: tried }, (_, index) => Math.ceil(((index + 0.5) * calls) / tried));
      const plans = await pMap(numbers, (at) => survives(way, faultPlan(at, kind)), { concurrency: 4 });
      expect(plans.filter(({ fired }) => fired).length).toBeGreaterThanOrEqual(tried - 1);
    },
  );
});
