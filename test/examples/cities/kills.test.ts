import pMap from 'p-map';
import type { Dependencies } from '../../../src/engine/dependencies.js';
import { aroundDriver } from '../../../src/kv/around-driver.js';
import type { Store } from '../../../src/stores/store.js';
import { faultPlan, faulty, type FaultPlan } from '../../support/faults.js';
import { openCitiesRig, type CitiesRig, type World } from './cities-rig.js';
import { contentsOf, historyOf, partitionsOf, type Contents } from './world-contents.js';

let rig: CitiesRig;
let versionOne: World;
beforeAll(async () => {
  rig = await openCitiesRig();
  versionOne = await rig.world();
  expect((await versionOne.up({ to: 1 })).run.exitCode).toBe(0);
  await versionOne.load({ only: ['AD', 'FR', 'VA'] });
});
afterAll(() => rig.stop());

/** A call is given up after this; only a call that never returns takes so long. */
const callMs = 4_000;
const newest = 5;

/** Every call to the ledger, the stores, the state entry and the service's key-value store meets the plan. */
function withFault(given: Dependencies, plan: FaultPlan): Dependencies {
  const stores = new Map<string, Promise<Store>>();
  const open = async (name: string): Promise<Store> => faulty(await given.openStore(name), plan, name);
  return {
    ...given,
    ledger: faulty(given.ledger, plan, 'ledger'),
    openStore(name) {
      const opening = stores.get(name) ?? open(name);
      stores.set(name, opening);
      return opening;
    },
    async openKeyValueDriver(store, table) {
      const gate = faulty({ request: (perform: () => Promise<unknown>) => perform() }, plan, table);
      const driver = await given.openKeyValueDriver(store, table);
      return aroundDriver(driver, (_, perform) => gate.request(perform) as ReturnType<typeof perform>);
    },
  };
}

/** `ended`: from this call on nothing gets through any more, as from a process that was killed. */
function planOf(kind: FaultPlan['kind'] | 'ended', at: number): FaultPlan {
  if (kind !== 'ended') return faultPlan(at, kind);
  return {
    ...{ kind: 'error', count: 0, log: [] },
    get at() {
      return Math.max(this.count, at);
    },
    get fired() {
      return false;
    },
    set fired(_) {
      // It is not over with the first call that meets it.
    },
  };
}

/** `up` once for each plan, whatever becomes of it, and then again until it succeeds. Returns the plans as they were left. */
async function upWith(world: World, plans: readonly FaultPlan[]): Promise<void> {
  for (const plan of plans)
    await world.up({}, { dependencies: (given) => withFault(given, plan), callMs }).catch(() => undefined);
  let last: unknown;
  for (let runs = 0; runs < 5; runs += 1) {
    const { run } = await world.up();
    if (run.exitCode === 0) return;
    last = run.error;
  }
  throw new Error(`five runs did not bring it to its version: ${JSON.stringify(last)}`);
}

/** What a world holds in which nothing ever failed, and how many calls that took. */
async function undisturbed(): Promise<{ contents: Contents; calls: number }> {
  const plan = faultPlan(0, 'error');
  const world = await rig.world({ copyOf: versionOne, settings: { leaseMs: 2_000 } });
  await upWith(world, [plan]);
  return { contents: await contentsOf(world), calls: plan.count };
}

/** The calls at which a run meets a fault, one run after the other. */
async function survives(contents: Contents, plans: readonly FaultPlan[]): Promise<number> {
  const world = await rig.world({ copyOf: versionOne, settings: { leaseMs: 2_000 } });
  const met = await upWith(world, plans).then(
    () => undefined,
    (error: unknown) => String(error),
  );
  const where = plans.map(
    (plan) => `${plan.kind} at call ${plan.at}, ${plan.log?.[plan.at - 1] ?? 'which did not come'}`,
  );
  const found = {
    contents: await contentsOf(world),
    versions: Object.values(await partitionsOf(world)).map(({ dataVersion }) => dataVersion),
    history: (await historyOf(world)).map(({ version }) => version),
  };
  await world.close();
  expect({ where, met, ...found }).toEqual({
    ...{ where, met: undefined, contents },
    versions: [newest, newest, newest],
    history: rig.registry.migrations.map(({ version }) => version),
  });
  return plans.filter(({ fired, count, at }) => fired || count === at).length;
}

/** So many numbers, evenly from 1 to `last`. */
const evenly = (count: number, last: number): number[] =>
  Array.from({ length: count }, (_, index) => 1 + Math.floor(((index + 0.5) * last) / count));

describe('a chain of all kinds of migrations', () => {
  let expected: { readonly contents: Contents; readonly calls: number };
  beforeAll(async () => (expected = await undisturbed()));

  test('changes each record once for each migration when nothing fails', () => {
    for (const records of Object.values(expected.contents.cities))
      for (const city of Object.values(records)) expect(city['revision']).toBe(3);
  });

  test.each([
    ['ended', 10],
    ['error', 6],
    ['lost', 6],
    ['never', 4],
  ] as const)(
    'that meets "%s" at calls of all its steps ends as if nothing had been, each effect there once',
    async (kind, cases) => {
      const { contents, calls } = expected;
      const fired = await pMap(evenly(cases, calls), (at) => survives(contents, [planOf(kind, at)]), {
        concurrency: 4,
      });
      expect(fired.filter(Boolean).length).toBeGreaterThan(cases * 0.7);
    },
    600_000,
  );

  test('whose runs end four times, each a little further, does so too', async () => {
    const { contents, calls } = expected;
    const lengths = [0.1, 0.16, 0.22].map((part) => Math.floor(part * calls));
    const fired = await pMap(
      lengths,
      (length) =>
        survives(
          contents,
          [1, 2, 3, 4].map((_, run) => planOf('ended', length + run)),
        ),
      { concurrency: 3 },
    );
    expect(fired).toEqual([4, 4, 4]);
  }, 600_000);
});
