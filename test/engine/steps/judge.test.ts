import { localHandlers } from '../../../src/cli/handlers.js';
import { judge, type JudgeInput } from '../../../src/engine/steps/judge.js';
import { StoreUnavailableError } from '../../../src/errors.js';
import type { Ledger } from '../../../src/ledger/ledger.js';
import type { Handler } from '../../../src/local/state-machine.js';
import { openMemoryStore } from '../../../src/stores/memory/memory-store.js';
import type { Store } from '../../../src/stores/store.js';
import { runCopy, testDependencies, withTestLedgers } from '../../support/copy-run.js';
import { nearlyOver, putThings, storeOf, things, thingsTable } from '../things.js';

let ledger: Ledger;
withTestLedgers(1, ([made]) => (ledger = made));

/** A carried table that lacks one item in the target. */
async function lacking(key: string): Promise<Record<'source' | 'target', Store>> {
  const stores = { source: await storeOf(things(60)), target: openMemoryStore() };
  await runCopy({ stores, ledger }, { steps: ['setup', 'migrate'] });
  await stores.target.remove?.('things', [{ id: { S: key } }]);
  return stores;
}

/** Judge as it is, until it hands out the units of Locate for the first time: then its answer is this error. */
function losesTheHandOut(stores: Record<string, Store>, error: Error): Record<string, Handler> {
  const judge = localHandlers(testDependencies({ stores, ledger }))['Judge'] as Handler;
  let lost = false;
  return {
    Judge: async (event, context) => {
      const answer = (await judge(event, context as never)) as { next: string };
      if (answer.next !== 'locate' || lost) return answer;
      lost = true;
      throw error;
    },
  };
}

const named = { missing: 1, keys: { missing: ['{"id":"thing-7"}'] } };

describe('Judge whose answer is lost when it hands out the units of Locate', () => {
  test('hands them out again when it is called again, so that the keys are named', async () => {
    const stores = await lacking('thing-7');
    const handlers = losesTheHandOut(stores, new StoreUnavailableError('the answer is lost'));
    const { run, tables } = await runCopy({ stores, ledger, handlers }, {});
    expect(run).toMatchObject({ exitCode: 1, error: { name: 'ValidationFailedError' } });
    expect(tables[0]?.verdict?.differences).toMatchObject(named);
  });

  test('hands them out in the next run when this one ends there', async () => {
    const stores = await lacking('thing-7');
    const handlers = losesTheHandOut(stores, new TypeError('the end of this process'));
    expect((await runCopy({ stores, ledger, handlers }, {})).run.exitCode).toBe(3);
    const { run, tables } = await runCopy({ stores, ledger }, {});
    expect(run).toMatchObject({ exitCode: 1, error: { name: 'ValidationFailedError' } });
    expect(tables[0]?.verdict?.differences).toMatchObject(named);
  });
});

/** `ledger`, which tells how many units it is reading at a time, and how many it read in all. */
function watched(reads: { now: number; most: number; all: number }): Ledger {
  const unit: Ledger['unit'] = async (scope, number) => {
    reads.now += 1;
    reads.all += 1;
    reads.most = Math.max(reads.most, reads.now);
    return await ledger.unit(scope, number).finally(() => (reads.now -= 1));
  };
  return new Proxy(ledger, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property);
      return property === 'unit' ? unit : typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

describe('Judge whose time is always nearly over', () => {
  test('comes to its verdicts in many calls, a few units or one table each', async () => {
    const names = ['a', 'b', 'c'];
    const stores = { source: openMemoryStore(), target: openMemoryStore() };
    for (const name of names) {
      await stores.source.create({ ...thingsTable, name });
      await putThings(stores.source, things(60), name);
    }
    await runCopy({ stores, ledger }, { steps: ['setup', 'migrate'], segments: 17 });
    for (const name of ['a', 'c']) await stores.target.remove?.(name, [{ id: { S: 'thing-7' } }]);
    const calls: { next: string; unitsRead: number }[] = [];
    const reads = { now: 0, most: 0, all: 0 };
    const deps = testDependencies({ stores, ledger: watched(reads) });
    const handlers = {
      Judge: async (event: unknown) => {
        const before = reads.all;
        const answer = { next: 'failed', unitsRead: 0 };
        calls.push(answer);
        const result = await judge(event as JudgeInput, deps, nearlyOver());
        return Object.assign(answer, { next: result.next, unitsRead: reads.all - before }) && result;
      },
    };
    const { run, tables } = await runCopy({ stores, ledger, handlers }, { segments: 17 });
    expect(run).toMatchObject({ exitCode: 1, error: { name: 'ValidationFailedError' } });
    expect(
      tables.map(({ verdict }) => [verdict?.equal, verdict?.expectedItems, verdict?.differences?.missing]),
    ).toEqual([
      [false, 60, 1],
      [true, 60, undefined],
      [false, 60, 1],
    ]);
    // 34 units a table are three times 16 or less: 9 calls; then each table that differs is planned, then reconciled.
    expect(calls.map(({ next }) => next)).toEqual([...Array<string>(9).fill('judge'), 'locate', 'judge', 'failed']);
    expect(Math.max(...calls.slice(0, 8).map(({ unitsRead }) => unitsRead))).toBe(16);
    expect(reads.most).toBeLessThanOrEqual(16);
  });
});
