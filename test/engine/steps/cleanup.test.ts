import { cleanup } from '../../../src/engine/steps/cleanup.js';
import type { StepInput } from '../../../src/engine/dependencies.js';
import type { Ledger } from '../../../src/ledger/ledger.js';
import { openMemoryStore } from '../../../src/stores/memory/memory-store.js';
import { attemptTables } from '../../../src/versions/attempt-tables.js';
import { runCopy, testDependencies, withTestLedgers } from '../../support/copy-run.js';
import { collect } from '../../support/kv-bytes.js';
import { nearlyOver, putThings, things, thingsTable } from '../things.js';

let ledger: Ledger;
withTestLedgers(1, ([made]) => (ledger = made));

describe('Cleanup whose time is always nearly over', () => {
  test('is called again until it has removed all that the attempt kept; only then is the run done', async () => {
    const stores = { source: openMemoryStore(), target: openMemoryStore() };
    for (const name of ['a', 'b', 'c']) {
      await stores.source.create({ ...thingsTable, name });
      await putThings(stores.source, things(3), name);
    }
    const deps = testDependencies({ stores, ledger });
    const calls: { done: boolean; exitCode: number | undefined }[] = [];
    let attempt = '';
    const handlers = {
      Cleanup: async (event: unknown) => {
        const input = event as StepInput;
        const result = await cleanup(input, deps, nearlyOver());
        attempt = input.run.attempt;
        calls.push({ ...result, exitCode: (await ledger.run(input.run.id))?.exitCode });
        return result;
      },
    };
    expect((await runCopy({ stores, ledger, handlers }, {})).run).toMatchObject({ status: 'succeeded', exitCode: 0 });
    const unfinished = { done: false, exitCode: undefined };
    expect(calls).toEqual([unfinished, unfinished, unfinished, { done: true, exitCode: 0 }]);
    expect(await collect(attemptTables(stores.target.keyValues, attempt))).toEqual([]);
  });
});
