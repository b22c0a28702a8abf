import { localHandlers } from '../../src/cli/handlers.js';
import { StoreUnavailableError } from '../../src/errors.js';
import type { Ledger } from '../../src/ledger/ledger.js';
import type { Handler } from '../../src/local/state-machine.js';
import { openMemoryStore } from '../../src/stores/memory/memory-store.js';
import type { Store } from '../../src/stores/store.js';
import { runCopy, testDependencies, testLedger } from '../support/copy-run.js';
import { testDynamodb } from '../support/dynamodb.js';
import { storeOf, things } from './things.js';

let engine: Awaited<ReturnType<typeof testDynamodb>>;
let ledger: Ledger;
beforeAll(async () => {
  engine = await testDynamodb();
  ledger = await testLedger(engine.endpoint);
});
afterAll(async () => {
  await ledger.close();
  await engine.stop();
});

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
