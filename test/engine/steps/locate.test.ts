import { bucketOf } from '../../../src/digest/item-hash.js';
import { judge, type JudgeInput } from '../../../src/engine/steps/judge.js';
import type { Ledger } from '../../../src/ledger/ledger.js';
import type { Item } from '../../../src/stores/item.js';
import { runCopy, testDependencies, withTestLedgers } from '../../support/copy-run.js';
import { nearlyOver, storeOf, things } from '../things.js';

let ledger: Ledger;
withTestLedgers(1, ([made]) => (ledger = made));

/** Items whose keys are all in one bucket. */
const crowd: Item[] = things(300_000).filter((item) => bucketOf({ id: item['id'] as never }, 1_024) === 7);

/** `ledger`, which tells how many candidates are read at a time. */
function watched(most: { candidates: number }): Ledger {
  const documents: Ledger['documents'] = async function* (scope, prefix) {
    let candidates = 0;
    for await (const document of ledger.documents(scope, prefix)) {
      const { body } = document as { body: { candidates?: unknown[] } };
      candidates += body.candidates?.length ?? 0;
      yield document;
    }
    most.candidates = Math.max(most.candidates, candidates);
  };
  return new Proxy(ledger, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property);
      if (property === 'documents') return documents;
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

describe('a bucket that holds more items than are looked at', () => {
  test.each([60_000, 'nearly over'] as const)(
    'is looked at slice by slice, and each key that differs is named: calls of %s',
    async (time) => {
      expect(crowd.length).toBeGreaterThan(250);
      const [gone, changed, ...kept] = crowd as [Item, Item, ...Item[]];
      const stranger = kept.pop() as Item;
      const stores = {
        source: await storeOf([gone, changed, ...kept]),
        target: await storeOf([{ ...changed, size: { N: '-1' } }, stranger, ...kept]),
      };
      const most = { candidates: 0 };
      const options = { stores, ledger: watched(most), settings: { locateItems: 100 } };
      const calls: string[] = [];
      const handlers = {
        Judge: async (event: unknown) => {
          calls.push('judge');
          const call = time === 'nearly over' ? nearlyOver() : { remainingMs: () => time };
          return await judge(event as JudgeInput, testDependencies(options), call);
        },
      };
      const { run, tables } = await runCopy({ ...options, handlers }, { steps: ['validate'] });
      expect(run).toMatchObject({ exitCode: 1, error: { name: 'ValidationFailedError' } });
      const text = ({ id }: Item): string => JSON.stringify({ id: (id as { S: string }).S });
      const slices = Math.ceil((2 * crowd.length - 2) / 100);
      expect(tables[0]?.verdict).toMatchObject({
        complete: true,
        slices,
        reconciled: slices,
        differences: {
          ...{ missing: 1, extra: 1, changed: 1, further: 0 },
          keys: { missing: [text(gone)], extra: [text(stranger)], changed: [text(changed)] },
        },
      });
      // A slice holds about a hundred.
      expect(most.candidates).toBeLessThan(200);
      // One hands out the units of Locate; then one a slice where a call has no time for more.
      expect(calls).toHaveLength(time === 'nearly over' ? 1 + slices : 2);
    },
  );
});
