import { ulid } from 'ulid';
import type { Ledger } from '../../../src/ledger/ledger.js';
import { forEachPartition } from '../../../src/migrations/for-each-partition/for-each-partition.js';
import { openMemoryStore } from '../../../src/stores/memory/memory-store.js';
import type { Store } from '../../../src/stores/store.js';
import { partitionVersion, registerPartition } from '../../../src/versions/partition-versions.js';
import { withTestLedgers } from '../../support/copy-run.js';
import { drive, newAttempt, nextRun, type Kept } from './drive-migration.js';

let ledger: Ledger;
let store: Store;
let kept: Kept;
let made: number;
withTestLedgers(1, ([first]) => (ledger = first));
beforeEach(() => {
  [store, kept, made] = [openMemoryStore(), newAttempt(ulid()), 0];
});
afterEach(() => store.close());

/** Older code makes a tenant whenever one is migrated, up to so many. */
const run = (most: number): Promise<void> =>
  drive(
    forEachPartition({
      waves: [1, 'all'],
      migrate: async () => {
        if (made < most) await registerPartition(store.keyValues, `tenant ${(made += 1)}`, 0);
      },
    }),
    { store, ledger },
    kept,
  );

test('a run that finds tenants below the version in 100 rounds after the waves fails and says why', async () => {
  await registerPartition(store.keyValues, 'first', 0);
  await expect(run(150)).rejects.toMatchObject({
    name: 'UnitsFailedError',
    message: expect.stringContaining(
      '100 rounds after the waves all found partitions below version 1, the last one 1: code of an earlier version still runs',
    ) as unknown,
  });
  expect(kept.round).toBe(2 + 99);
  expect(made).toBe(102);

  // The next run of the attempt has as many rounds of its own.
  nextRun(kept);
  await run(150);
  expect(kept.complete).toBe(true);
  expect(await partitionVersion(store.keyValues, 'tenant 150')).toBe(1);
});

test('one in which they come to an end before that goes on', async () => {
  await registerPartition(store.keyValues, 'first', 0);
  await run(100);
  expect(kept.round).toBe(2 + 99);
  expect(await partitionVersion(store.keyValues, 'tenant 100')).toBe(1);
});
