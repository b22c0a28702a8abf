import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pMap from 'p-map';
import type { RunStatus } from '../../../src/engine/status/run-status.js';
import type { Json } from '../../../src/json.js';
import type { Ledger } from '../../../src/ledger/ledger.js';
import { openArchiveStore } from '../../../src/stores/archive/archive-store.js';
import { openMemoryStore } from '../../../src/stores/memory/memory-store.js';
import type { Store } from '../../../src/stores/store.js';
import { entriesIn, expectedEntries, fillLibrary, libraryRegistry } from '../../migrations/import-packages/library.js';
import { runExecution, withTestLedgers } from '../../support/copy-run.js';
import { faultPlan, faulty, type FaultPlan } from '../../support/faults.js';

let ledger: Ledger;
let folder: string;
withTestLedgers(1, ([made]) => (ledger = made));
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'carryover-packages-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const size = { books: 14, readers: 5 };
let archives = 0;

/** The library in memory, an archive on disk for its export, and an empty store for its entries. */
async function stores(): Promise<Record<'sql' | 'archive' | 'kv', Store>> {
  const sql = openMemoryStore();
  await fillLibrary(sql, size);
  const path = join(folder, String((archives += 1)));
  const archive = openArchiveStore({ place: { kind: 'disk', path }, location: path, requestTimeoutMs: 2_000 });
  return { sql, archive, kv: openMemoryStore() };
}

/** One run with this fault, then the same until it ends well. */
async function runWith(plan: FaultPlan, given: Record<string, Store>, input: Json): Promise<void> {
  const settings = { leaseMs: 2_000, requestTimeoutMs: 200, segments: 1 };
  const run = (on: Record<string, Store>, of: Ledger): Promise<RunStatus> => {
    const options = { registry: libraryRegistry(), project: { database: 'sql' }, outcomes: ledger, callMs: 3_000 };
    return runExecution({ ...options, stores: on, ledger: of, settings, sharesLease: plan.kind !== 'error' }, input);
  };
  const broken = Object.fromEntries(Object.entries(given).map(([name, store]) => [name, faulty(store, plan, name)]));
  const first = await run(broken, faulty(ledger, plan, 'ledger')).catch(() => undefined);
  if (first?.run.exitCode === 0) return;
  const { run: again } = await run(given, ledger);
  const where = `call ${plan.at} (${plan.kind}), ${plan.log?.[plan.at - 1] ?? 'no such call'}`;
  // Its answer lost, an attempt that was ended is not known to be.
  const completed = again.error?.message.includes(' is in ') || again.error?.message.includes('holds items');
  expect({ where, error: completed ? undefined : again.error }).toEqual({ where, error: undefined });
}

const halves = {
  export: { export: { to: 'archive' } },
  import: { import: { from: 'archive', to: 'kv' } },
};

/** Both halves, of which this one meets the fault; what comes of it is what would have come without. */
async function bothWith(plan: FaultPlan, half: keyof typeof halves): Promise<FaultPlan> {
  const given = await stores();
  for (const name of ['export', 'import'] as const)
    await runWith(name === half ? plan : faultPlan(0, 'error'), given, halves[name]);
  const where = `call ${plan.at} (${plan.kind}), ${plan.log?.[plan.at - 1] ?? 'no such call'}`;
  const entries = await entriesIn(given.kv, 'key_values');
  expect({ where, entries }).toEqual({ where, entries: expectedEntries(size) });
  return plan;
}

describe.each(['export', 'import'] as const)('a fault at calls of an %s', (half) => {
  let calls = 0;
  beforeAll(async () => {
    calls = (await bothWith(faultPlan(0, 'error'), half)).count;
  });

  // Every call of the steps themselves meets its faults in faults.test.ts; each of these runs waits for a dead one's lease.
  test.each([
    ['error', 41],
    ['lost', 43],
    ['never', 127],
  ] as const)(
    'of kind "%s" leaves the entries that there would be without it',
    async (kind, stride) => {
      const numbers = Array.from({ length: Math.floor(calls / stride) }, (_, index) => 1 + index * stride);
      const plans = await pMap(numbers, (at) => bothWith(faultPlan(at, kind), half), { concurrency: 8 });
      const fired = plans.filter((plan) => plan.fired).length;
      process.stderr.write(`${half}, ${kind}: a fault at ${fired} of ${calls} calls\n`);
      expect(fired).toBeGreaterThanOrEqual(numbers.length * 0.9);
    },
    300_000,
  );
});
