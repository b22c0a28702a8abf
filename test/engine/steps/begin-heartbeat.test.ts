import { begin } from '../../../src/engine/steps/begin.js';
import type { Ledger } from '../../../src/ledger/ledger.js';
import { openMemoryStore } from '../../../src/stores/memory/memory-store.js';
import { readState } from '../../../src/versions/state-entry.js';
import { runCopy, testDependencies, withTestLedgers } from '../../support/copy-run.js';
import { filled } from '../memory-stores.js';

let ledgers: readonly Ledger[];
withTestLedgers(2, (made) => (ledgers = made));

test('Begin keeps its lease while it waits for calls of an earlier run', async () => {
  const stores = { source: await filled(5), target: openMemoryStore() };
  const settings = { leaseMs: 1_500, requestTimeoutMs: 200 };
  const [one, two] = ledgers as [Ledger, Ledger];
  await runCopy({ stores, ledger: one, settings }, { steps: ['setup', 'migrate'] });
  // The calls of a run with another ledger are not seen, so that they get a lease's time.
  const deps = testDependencies({ stores, ledger: two, settings });
  const input = { copy: { from: 'source', to: 'target' } };
  const { owner, token } = await begin({ execution: 'waiting', input }, deps, { remainingMs: () => 60_000 });
  const lease = (await readState(stores.target.keyValues))?.lease;
  expect(lease).toMatchObject({ owner, token });
  expect(lease?.renewals).toBeGreaterThan(0);
});
