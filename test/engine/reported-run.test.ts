import { ulid } from 'ulid';
import { localHandlers } from '../../src/cli/handlers.js';
import type { Dependencies } from '../../src/engine/dependencies.js';
import { endAttempt } from '../../src/engine/attempts/end-attempt.js';
import type { Ledger, RunRecord } from '../../src/ledger/ledger.js';
import { runStateMachine } from '../../src/local/state-machine.js';
import { openMemoryStore } from '../../src/stores/memory/memory-store.js';
import { definition, testDependencies, withTestLedgers } from '../support/copy-run.js';
import { filled, itemOf, itemsOf, put } from './memory-stores.js';

let ledger: Ledger;
withTestLedgers(1, ([made]) => (ledger = made));

/** What the command line does until its report: killed here, it has reported nothing. */
async function unreported(deps: Dependencies, copy: object): Promise<RunRecord> {
  const execution = ulid();
  const handlers = localHandlers({ ...deps, reportsRuns: true });
  const input = { copy: { from: 'source', to: 'target', ...copy } };
  await runStateMachine({ definition, handlers, execution, input, callMs: 10_000, pauseMs: 10 });
  return (await ledger.run(execution)) as RunRecord;
}

async function reported(deps: Dependencies, copy: object): Promise<RunRecord> {
  const run = await unreported(deps, copy);
  await endAttempt(run, deps);
  return run;
}

async function dependencies(): Promise<Dependencies> {
  return testDependencies({ stores: { source: await filled(30), target: openMemoryStore() }, ledger });
}

describe('the same command after a run', () => {
  test('that was killed between its end and its report validates the attempt once more and succeeds', async () => {
    const deps = await dependencies();
    const first = await unreported(deps, {});
    expect(first).toMatchObject({ status: 'succeeded', exitCode: 0 });
    const second = await reported(deps, {});
    expect(second).toMatchObject({ status: 'succeeded', exitCode: 0, attempt: first.attempt });
    expect(second.generation).toBe((first.generation ?? 0) + 1);
  });

  test('that was killed there says what was changed in the target since', async () => {
    const deps = await dependencies();
    await unreported(deps, {});
    await put(await deps.openStore('target'), 'orders', [{ id: { S: 'stranger' } }]);
    expect(await reported(deps, {})).toMatchObject({ exitCode: 1, error: { name: 'ValidationFailedError' } });
  });

  test('that was killed there and was to replace tables replaces them again', async () => {
    const deps = await dependencies();
    const target = await deps.openStore('target');
    await unreported(deps, {});
    const replace = { onExisting: 'replace', replace: ['orders'] };
    const first = await unreported(deps, replace);
    await put(target, 'orders', [{ ...itemOf(1), total: { N: '0' } }]);
    const second = await reported(deps, replace);
    expect([first.exitCode, second.exitCode]).toEqual([0, 0]);
    expect(second.attempt).not.toBe(first.attempt);
    expect(await itemsOf(target, 'orders')).toContainEqual(itemOf(1));
  });

  test('that was reported begins anew, and finds the tables there', async () => {
    const deps = await dependencies();
    expect((await reported(deps, {})).exitCode).toBe(0);
    expect(await reported(deps, {})).toMatchObject({ exitCode: 2, error: { name: 'InputError' } });
  });

  test('that is reported while another works on its attempt leaves the attempt to that one', async () => {
    const deps = await dependencies();
    const first = await unreported(deps, {});
    const begin = localHandlers(deps)['Begin'];
    const input = { copy: { from: 'source', to: 'target' } };
    const context = { getRemainingTimeInMillis: () => 10_000 };
    const second = await begin?.({ execution: 'second', input }, context);
    await endAttempt(first, deps);
    expect(await begin?.({ execution: 'second', input }, context)).toEqual(second);
  });
});
