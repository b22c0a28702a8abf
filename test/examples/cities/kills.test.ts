import pMap from 'p-map';
import type { Dependencies } from '../../../src/engine/dependencies.js';
import { aroundDriver } from '../../../src/kv/around-driver.js';
import type { Store } from '../../../src/stores/store.js';
import { endedPlan, faultPlan, faulty, type FaultPlan } from '../../support/faults.js';
import { openCitiesRig, type CitiesRig, type World } from './cities-rig.js';
import { contentsOf, historyOf, partitionsOf, type Contents } from './world-contents.js';

let rig: CitiesRig;
let versionOne: World;
beforeAll(async () => {
  rig = await openCitiesRig();
  versionOne = await rig.world();
  expect((await versionOne.up({ to: 1 })).run.exitCode).toBe(0);
  await versionOne.load({ only: ['AD', 'FR', 'VA'], atMost: 6 });
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

type Kind = FaultPlan['kind'] | 'ended';

const planOf = (kind: Kind, at: number): FaultPlan => (kind === 'ended' ? endedPlan(at) : faultPlan(at, kind));

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

/** What a world holds in which nothing ever failed, and the names of all calls that it took, in their order. */
async function undisturbed(): Promise<{ contents: Contents; calls: readonly string[] }> {
  const plan = faultPlan(0, 'error');
  const world = await rig.world({ copyOf: versionOne, settings: { leaseMs: 2_000 } });
  await upWith(world, [plan]);
  return { contents: await contentsOf(world), calls: plan.log };
}

/** The calls at which a run meets a fault, one run after the other. */
async function survives(contents: Contents, kind: Kind, calls: readonly number[]): Promise<number> {
  const plans = calls.map((at) => planOf(kind, at));
  const world = await rig.world({ copyOf: versionOne, settings: { leaseMs: 2_000 } });
  const met = await upWith(world, plans).then(
    () => undefined,
    (error: unknown) => String(error),
  );
  const where = calls.map((at, run) => `${kind} at call ${at}, ${plans[run]?.log?.[at - 1] ?? 'which did not come'}`);
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

/** So many of these, evenly. */
const evenly = (count: number, of: readonly number[]): number[] =>
  Array.from({ length: count }, (_, index) => of[Math.floor(((index + 0.5) * of.length) / count)] ?? 0);

/** Which calls: those to the records of cities, as the service keeps them, or all. */
const ofCities = 'cities';
const everywhere = 'all';

describe('a chain of all kinds of migrations', () => {
  let expected: { readonly contents: Contents; readonly calls: readonly string[] };
  beforeAll(async () => (expected = await undisturbed()));

  test('changes each record once for each migration when nothing fails', () => {
    for (const records of Object.values(expected.contents.cities))
      for (const city of Object.values(records)) expect(city['revision']).toBe(3);
  });

  test.each([
    ['ended', 8, everywhere],
    ['ended', 12, ofCities],
    ['error', 6, everywhere],
    ['lost', 4, everywhere],
    ['lost', 6, ofCities],
    ['never', 4, everywhere],
  ] as const)(
    'that meets "%s" at %i of its calls (%s) ends as if nothing had been, each effect there once',
    async (kind, cases, among) => {
      const { contents, calls } = expected;
      const numbers = calls.flatMap((name, index) =>
        among === everywhere || name.startsWith(`${among}.`) ? [index + 1] : [],
      );
      const fired = await pMap(evenly(cases, numbers), (at) => survives(contents, kind, [at]), { concurrency: 4 });
      expect(fired.filter(Boolean).length).toBeGreaterThan(cases * 0.7);
    },
    600_000,
  );

  test('whose runs end four times, each a little further, does so too', async () => {
    const { contents, calls } = expected;
    const lengths = [0.1, 0.16, 0.22].map((part) => Math.floor(part * calls.length));
    const fired = await pMap(
      lengths,
      (length) =>
        survives(
          contents,
          'ended',
          [1, 2, 3, 4].map((run) => length + run),
        ),
      { concurrency: 3 },
    );
    expect(fired).toEqual([4, 4, 4]);
  }, 600_000);
});
