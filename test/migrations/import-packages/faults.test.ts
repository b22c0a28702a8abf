import pMap from 'p-map';
import type { Ledger } from '../../../src/ledger/ledger.js';
import { withTestLedgers } from '../../support/copy-run.js';
import { faultPlan, type FaultPlan } from '../../support/faults.js';
import { importWith } from './faulty-import.js';
import { openMemoryWorld, type ImportWorld } from './import-world.js';
import { expectedEntries, libraryRegistry } from './library.js';
import { openLibraryWorlds, type LibraryWorlds } from './library-worlds.js';

let ledger: Ledger;
let worlds: LibraryWorlds;
withTestLedgers(1, ([first]) => (ledger = first));
beforeAll(async () => (worlds = await openLibraryWorlds()));
afterAll(() => worlds.stop());

const size = { books: 20, readers: 6 };

type OpenWorld = () => Promise<ImportWorld>;

const inMemory = (): Promise<ImportWorld> => openMemoryWorld(size);

/** From PostgreSQL to another engine. */
async function into(target: 'dynamodb' | 'schema'): Promise<ImportWorld> {
  const world = await worlds.world(size);
  const [sql, kv, archive] = await Promise.all(['sql', target, 'archive'].map((name) => world.store(name)));
  if (sql === undefined || kv === undefined || archive === undefined) throw new Error('a store is missing');
  return { sql, kv, archive, close: () => world.close() };
}

/** The import with this plan's fault, and what must come of it; returns the plan as it was left. */
async function survives(open: OpenWorld, plan: FaultPlan, via: { via?: string }): Promise<FaultPlan> {
  const world = await open();
  try {
    // A call that never returns is given up after this.
    const end = await importWith({ world, ledger, registry: libraryRegistry(via), callMs: 4_000 }, [plan]);
    const where = `call ${plan.at} (${plan.kind}), ${plan.log?.[plan.at - 1] ?? 'no such call'}`;
    expect({ where, ...end, gone: [...end.gone].sort() }).toEqual({
      ...{ where, error: undefined, version: 1, lease: undefined, pending: [], history: [1] },
      ...{ gone: ['authors', 'books', 'readers'], early: [], staged: [], entries: expectedEntries(size) },
    });
    return plan;
  } finally {
    await world.close();
  }
}

const directly = {};
const viaArchive = { via: 'archive' };

describe('an import of packages whose calls meet faults', () => {
  test.each([
    ['in memory, directly', 'error', 31, inMemory, directly],
    ['in memory, directly', 'lost', 31, inMemory, directly],
    ['in memory, directly', 'never', 131, inMemory, directly],
    ['in memory, by way of an archive', 'error', 61, inMemory, viaArchive],
    ['in memory, by way of an archive', 'lost', 61, inMemory, viaArchive],
    ['in memory, by way of an archive', 'never', 223, inMemory, viaArchive],
    ['to DynamoDB, directly', 'lost', 127, () => into('dynamodb'), directly],
    ['to DynamoDB, by way of an archive', 'error', 229, () => into('dynamodb'), viaArchive],
    ['to PostgreSQL, directly', 'error', 127, () => into('schema'), directly],
    ['to PostgreSQL, by way of an archive', 'lost', 229, () => into('schema'), viaArchive],
  ] as const)(
    'ends equal, each table dropped once, %s: "%s" at each %i. call',
    async (how, kind, stride, open, via) => {
      const calls = (await survives(open, faultPlan(0, 'error'), via)).count;
      const numbers = Array.from({ length: Math.floor(calls / stride) }, (_, index) => 1 + index * stride);
      const plans = await pMap(numbers, (at) => survives(open, faultPlan(at, kind), via), {
        concurrency: kind === 'never' ? 32 : 8,
      });
      const fired = plans.filter((plan) => plan.fired).length;
      process.stderr.write(`${how}, ${kind}: a fault at ${fired} of ${calls} calls\n`);
      expect(fired).toBeGreaterThanOrEqual(numbers.length * 0.8);
    },
  );
});
