import { InputError } from '../../src/errors.js';
import type { Ledger } from '../../src/ledger/ledger.js';
import { openMemoryStore } from '../../src/stores/memory/memory-store.js';
import type { Store } from '../../src/stores/store.js';
import { stateKey, statePartition } from '../../src/versions/state-entry.js';
import { runCopy, withTestLedgers } from '../support/copy-run.js';
import { filled } from './memory-stores.js';

let ledger: Ledger;
withTestLedgers(1, ([made]) => (ledger = made));

const stateOf = async ({ keyValues }: Store): Promise<Uint8Array> => {
  const entry = await keyValues.get(statePartition, stateKey);
  if (entry === undefined) throw new Error('there is no state entry');
  return entry.value;
};

test('a target that is restored from between the begin of a run and its validation is validated anew', async () => {
  const stores = { source: await filled(20), target: openMemoryStore() };
  const settings = { leaseMs: 1_000, requestTimeoutMs: 200 };
  await runCopy({ stores, ledger, settings }, { steps: ['setup', 'migrate'] });

  let backup: Uint8Array | undefined;
  const handlers = {
    Setup: async () => {
      backup = await stateOf(stores.target);
      return { done: true, units: [] };
    },
    Judge: () => Promise.reject(new InputError([{ field: 'test', message: 'dies here' }])),
  };
  await runCopy({ stores, ledger, settings, handlers }, {});

  await stores.target.keyValues.set(statePartition, stateKey, backup ?? new Uint8Array());
  await stores.target.remove?.('orders', [{ id: { S: 'item-7' } }]);
  const { run } = await runCopy({ stores, ledger, settings }, {});
  expect(run).toMatchObject({ exitCode: 1, generation: 2, error: { name: 'ValidationFailedError' } });
});
