import { complete } from '../../src/engine/steps/complete.js';
import type { Call, Dependencies, StepInput } from '../../src/engine/dependencies.js';
import { expect as expectStep } from '../../src/engine/steps/expect.js';
import { setup } from '../../src/engine/steps/setup.js';
import type { Ledger } from '../../src/ledger/ledger.js';
import { openMemoryStore } from '../../src/stores/memory/memory-store.js';
import type { Store } from '../../src/stores/store.js';
import { attemptTable } from '../../src/versions/attempt-tables.js';
import { readState } from '../../src/versions/state-entry.js';
import { runCopy, testDependencies, withTestLedgers } from '../support/copy-run.js';
import { filled, tableNames } from './memory-stores.js';
import { nearlyOver } from './things.js';

let ledger: Ledger;
withTestLedgers(1, ([made]) => (ledger = made));

const count = 25;
const names = Array.from({ length: count }, (_, index) => `table-${String(index).padStart(2, '0')}`);

type Stores = Record<'source' | 'target', Store>;
type Step = (input: StepInput, deps: Dependencies, call: Call) => Promise<{ done: boolean }>;

async function manyTables(): Promise<Stores> {
  return { source: await filled(1, names), target: openMemoryStore() };
}

/** The step as it is when its time is nearly over each time that it is called; counts the calls. */
function hurried(step: Step, stores: Stores) {
  const counted = { calls: 0 };
  const deps = testDependencies({ stores, ledger });
  const handler = (event: unknown) => {
    counted.calls += 1;
    return step(event as StepInput, deps, nearlyOver());
  };
  return { counted, handler };
}

/** From now on counts how often a method of a store is called for which table. */
function counting(store: Store, method: 'describe' | 'drop' | 'finish'): Map<string, number> {
  const times = new Map<string, number>();
  const real = store[method].bind(store) as (...args: unknown[]) => Promise<never>;
  store[method] = (given: string | { readonly name: string }, ...more: unknown[]) => {
    const name = typeof given === 'string' ? given : given.name;
    times.set(name, (times.get(name) ?? 0) + 1);
    return real(given, ...more);
  };
  return times;
}

const onceEach = Object.fromEntries(names.map((name) => [name, 1]));

describe('a step whose time is over long before it has seen all tables', () => {
  test.each([
    ['Setup', setup],
    ['Expect', expectStep],
    ['Complete', complete],
  ] as const)('%s goes on behind the last one in the next call, and comes to its end', async (state, step) => {
    const stores = await manyTables();
    const { counted, handler } = hurried(step, stores);
    const finished = counting(stores.target, 'finish');
    const looked = counting(stores.source, 'describe');
    const { run } = await runCopy({ stores, ledger, handlers: { [state]: handler } }, { segments: 1 });
    expect(run).toMatchObject({ status: 'succeeded', exitCode: 0 });
    expect(counted.calls).toBeGreaterThan(2);
    expect(Object.fromEntries(finished)).toEqual(onceEach);
    // Begin, Setup and twice in Expect: no call looks again at what an earlier one has seen.
    expect(new Set(looked.values())).toEqual(new Set([4]));
  });

  test('a fresh start drops each table of the earlier attempt once', async () => {
    const stores = await manyTables();
    await runCopy({ stores, ledger }, { segments: 1, steps: ['setup'] });
    const { counted, handler } = hurried(setup, stores);
    const drops = counting(stores.target, 'drop');
    const copy = { segments: 1, steps: ['setup'], tables: ['table-0*'], fresh: true };
    const { run } = await runCopy({ stores, ledger, handlers: { Setup: handler } }, copy);
    expect(run).toMatchObject({ exitCode: 0 });
    expect(counted.calls).toBeGreaterThan(2);
    expect(Object.fromEntries(drops)).toEqual(onceEach);
    expect(await tableNames(stores.target)).toEqual(names.slice(0, 10));
  });
});

describe('an engine that takes its time to make a table', () => {
  test('is asked for many tables before it is waited for, each listed before it is made', async () => {
    const stores = await manyTables();
    const asked: string[] = [];
    const listed = async (name: string): Promise<boolean> => {
      const attempt = (await readState(stores.target.keyValues))?.attempt?.id ?? '';
      return (await attemptTable(stores.target.keyValues, attempt, name))?.created === true;
    };
    const create = stores.target.create.bind(stores.target);
    stores.target.create = async (description, fence) => {
      const again = asked.includes(description.name);
      asked.push(description.name);
      expect(await listed(description.name)).toBe(true);
      return again ? await create(description, fence) : { ready: false, identity: '' };
    };
    const { run } = await runCopy({ stores, ledger }, { segments: 1, steps: ['setup'] });
    expect(run).toMatchObject({ exitCode: 0 });
    expect(asked.slice(0, 20)).toEqual(names.slice(0, 20));
    expect(asked.toSorted()).toEqual([...names, ...names].toSorted());
  });
});
