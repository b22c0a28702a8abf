import { complete } from '../../../src/engine/steps/complete.js';
import type { StepInput } from '../../../src/engine/dependencies.js';
import type { Ledger } from '../../../src/ledger/ledger.js';
import { openMemoryStore } from '../../../src/stores/memory/memory-store.js';
import { readState } from '../../../src/versions/state-entry.js';
import { runCopy, testDependencies, withTestLedgers } from '../../support/copy-run.js';
import { filled } from '../memory-stores.js';

let ledger: Ledger;
withTestLedgers(1, ([made]) => (ledger = made));

describe('Complete that is called again while an earlier call still waits for a long statement', () => {
  test('leaves it to that call, and is done when that one is', async () => {
    const stores = { source: await filled(5), target: openMemoryStore() };
    const deps = testDependencies({ stores, ledger });
    let finishes = 0;
    let end = (): void => undefined;
    const statement = new Promise<void>((resolve) => (end = resolve));
    stores.target.finish = async () => {
      finishes += 1;
      await statement;
      return true;
    };
    const call = { remainingMs: () => 60_000 };
    const answers: { done: boolean }[] = [];
    let first: Promise<{ done: boolean }> | undefined;
    const handlers = {
      Complete: async (event: unknown) => {
        const input = event as StepInput;
        // As an interpreter does that gives the first call up, and cannot end it.
        first ??= complete(input, deps, call);
        const answer = finishes === 0 ? { done: false } : await complete(input, deps, call);
        answers.push(answer);
        if (answers.length === 3) end();
        return answer;
      },
    };
    expect((await runCopy({ stores, ledger, handlers }, {})).run).toMatchObject({ status: 'succeeded', exitCode: 0 });
    expect(await first).toEqual({ done: true });
    expect(finishes).toBe(1);
    expect(answers.slice(0, 3)).toEqual([{ done: false }, { done: false }, { done: false }]);
    expect(answers.at(-1)).toEqual({ done: true });
    expect((await readState(stores.target.keyValues))?.attempt?.phase).toBe('complete');
  });
});
