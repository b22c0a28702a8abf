import { InputError } from '../../src/errors.js';
import type { Ledger } from '../../src/ledger/ledger.js';
import { openMemoryStore } from '../../src/stores/memory/memory-store.js';
import { runCopy, testLedger } from '../support/copy-run.js';
import { testDynamodb } from '../support/dynamodb.js';
import { filled } from './memory-stores.js';

let engine: Awaited<ReturnType<typeof testDynamodb>>;
let one: Ledger;
let two: Ledger;
beforeAll(async () => {
  engine = await testDynamodb();
  [one, two] = [await testLedger(engine.endpoint), await testLedger(engine.endpoint)];
});
afterAll(async () => {
  await Promise.all([one.close(), two.close()]);
  await engine.stop();
});

const settings = { leaseMs: 1_000, requestTimeoutMs: 200 };
/** Ends a run after Validate, with its generation open. */
const undecided = { Judge: () => Promise.reject(new InputError([{ field: 'test', message: 'dies here' }])) };

describe('an attempt that two ledgers work on', () => {
  test('is validated anew when a run of the other ledger worked on it in between', async () => {
    const stores = { source: await filled(20), target: openMemoryStore() };
    await runCopy({ stores, ledger: one, settings, handlers: undecided }, {});
    await runCopy({ stores, ledger: two, settings, handlers: undecided }, {});
    await stores.target.remove?.('orders', [{ id: { S: 'item-7' } }]);
    const { run } = await runCopy({ stores, ledger: one, settings }, {});
    expect(run).toMatchObject({ exitCode: 1, generation: 2, error: { name: 'ValidationFailedError' } });
  });

  test('keeps its open generation while one ledger alone works on it', async () => {
    const stores = { source: await filled(20), target: openMemoryStore() };
    await runCopy({ stores, ledger: one, settings, handlers: undecided }, {});
    expect((await runCopy({ stores, ledger: one, settings }, {})).run).toMatchObject({ exitCode: 0, generation: 1 });
  });
});
