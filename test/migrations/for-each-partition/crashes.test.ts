import fc from 'fast-check';
import { ulid } from 'ulid';
import { LeaseLostError, PartitionsFailedError, StoreUnavailableError } from '../../../src/errors.js';
import type { Ledger } from '../../../src/ledger/ledger.js';
import type { MigrationDefinition } from '../../../src/migrations/definition.js';
import { openMemoryStore } from '../../../src/stores/memory/memory-store.js';
import type { Store } from '../../../src/stores/store.js';
import { partitionEntry, registerPartition } from '../../../src/versions/partition-versions.js';
import { withTestLedgers } from '../../support/copy-run.js';
import { faulty, type FaultPlan } from '../../support/faults.js';
import { CallEnded, drive, newAttempt, nextRun, type DriveOptions, type Kept } from './drive-migration.js';
import { allEffects, effects, tenantsStep } from './tenants.js';

let ledger: Ledger;
withTestLedgers(1, (ledgers) => ([ledger] = ledgers));

/** Versions of the tenants at first; `fresh` has no entry. */
const found: Readonly<Record<string, number>> = { fresh: 0, lagging: 0, one: 1, done: 3 };
const versions = 3;
const names = Object.keys(found);

interface World {
  readonly store: Store;
  readonly kept: Kept;
  readonly violations: string[];
  readonly definitions: readonly MigrationDefinition[];
  readonly options: DriveOptions;
}

async function newWorld(plan: Faults, more: Partial<DriveOptions> = {}, before?: () => void): Promise<World> {
  const store = openMemoryStore();
  for (const [id, version] of Object.entries(found))
    if (id !== 'fresh') await registerPartition(store.keyValues, id, version);
  const shaken = faulty(store, plan);
  const violations: string[] = [];
  const step = tenantsStep(
    {
      tenants: names,
      kv: () => shaken.keyValues,
      waves: [1, 2],
      violations,
      ...(before === undefined ? {} : { before }),
    },
    (tenant) => (found[tenant] ?? 0) + 1,
  );
  const definitions = [step, step, step];
  const options = { store: shaken, ledger: faulty(ledger, plan), version: versions, earlier: [step, step], ...more };
  return { store, kept: newAttempt(ulid()), violations, definitions, options };
}

/** Runs until the attempt is complete, whatever happens to a call; a call that hangs is left behind. */
async function persist({ definitions, options, kept }: World, plan: Faults, sameRun = false): Promise<void> {
  const [definition] = definitions as [MigrationDefinition];
  for (let calls = 1; !kept.complete; calls += 1) {
    if (calls > 100) throw new Error('it does not come to its end');
    let failed = false;
    const watch = { hung: plan.hung, over: false };
    const hangs = leftBehind(plan, watch);
    try {
      await Promise.race([drive(definition, options, kept), hangs]);
    } catch (error) {
      if (!mayHappen.some((kind) => error instanceof kind)) throw error;
      // A run in which partitions failed is over: calls that are left behind again and again make one of them fail.
      failed = error instanceof PartitionsFailedError;
    } finally {
      watch.over = true;
    }
    if (!sameRun || failed) nextRun(kept);
  }
}

const mayHappen = [CallEnded, StoreUnavailableError, PartitionsFailedError, LeaseLostError];

/** Resolves once a call hangs. */
async function leftBehind(plan: Faults, watch: { readonly hung: number; over: boolean }): Promise<void> {
  while (!watch.over && plan.hung === watch.hung) await new Promise((resolve) => setTimeout(resolve, 1));
}

async function expectAllDone({ store, violations }: World): Promise<void> {
  expect(violations).toEqual([]);
  for (const [id, version] of Object.entries(found)) {
    expect(await effects(store.keyValues, id)).toEqual(allEffects(version + 1, versions));
    expect(await partitionEntry(store.keyValues, id)).toEqual({ dataVersion: versions, changedAt: expect.any(String) });
  }
  await store.close();
}

describe('whatever call fails', () => {
  test.each([
    ['error', 1],
    ['lost', 2],
    ['never', 3],
  ] as const)('with "%s", each step is applied to each partition, in order', async (kind, stride) => {
    const counting = faultsAfter([]);
    const undisturbed = await newWorld(counting);
    await persist(undisturbed, counting);
    await expectAllDone(undisturbed);
    expect(counting.count).toBeGreaterThan(60);
    for (let at = 1; at <= counting.count; at += stride) {
      const plan = faultsAfter([{ after: at, kind }]);
      const world = await newWorld(plan);
      await persist(world, plan, at % 2 === 0);
      expect(plan.at).toBe(0);
      await expectAllDone(world);
    }
  });
});

test('whatever calls fail, are stopped or killed, each step is applied to each partition, in order, and none is skipped', async () => {
  const call = fc.record({ after: fc.integer({ min: 1, max: 40 }), kind: fc.constantFrom('error', 'lost', 'never') });
  const point = fc.constantFrom('go on', 'go on', 'stop', 'kill');
  const thrown = fc.constantFrom(undefined, undefined, 'broken', 'lost lease', 'unavailable');
  const crashes = fc.record({
    calls: fc.array(call, { maxLength: 8 }),
    points: fc.array(point, { maxLength: 12 }),
    thrown: fc.array(thrown, { maxLength: 12 }),
    ending: fc.array(fc.boolean(), { maxLength: 12 }),
    sameRun: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(crashes, async ({ calls, points, thrown: errors, ending, sameRun }) => {
      const plan = faultsAfter(calls as Fault[]);
      const [nextPoints, nextErrors, nextEnding] = [[...points], [...errors], [...ending]];
      const world = await newWorld(
        plan,
        {
          atSafePoint: () => (nextPoints.shift() ?? 'go on') as 'go on' | 'stop' | 'kill',
          ending: () => nextEnding.shift() ?? false,
        },
        () => throwOne(nextErrors.shift()),
      );
      await persist(world, plan, sameRun && !errors.includes('broken') && !errors.includes('unavailable'));
      await expectAllDone(world);
    }),
    { numRuns: 40 },
  );
});

function throwOne(what: string | undefined): void {
  if (what === 'broken') throw new Error('broken');
  if (what === 'lost lease') throw new LeaseLostError('the lease is lost');
  if (what === 'unavailable') throw new StoreUnavailableError('no answer');
}

interface Faults extends FaultPlan {
  /** How many calls hang so far. */
  readonly hung: number;
}

interface Fault {
  /** Calls since the fault before it. */
  readonly after: number;
  readonly kind: FaultPlan['kind'];
}

/** Faults one after the other. */
function faultsAfter(faults: readonly Fault[]): Faults {
  let [met, last] = [0, 0];
  return {
    count: 0,
    get at() {
      const next = faults[met];
      return next === undefined ? 0 : last + next.after;
    },
    get kind() {
      return faults[met - 1]?.kind ?? 'error';
    },
    get hung() {
      return faults.slice(0, met).filter(({ kind }) => kind === 'never').length;
    },
    get fired() {
      return false;
    },
    set fired(_value: boolean) {
      last = this.at;
      met += 1;
    },
  };
}
