import { ulid } from 'ulid';
import { localHandlers } from '../../../src/cli/handlers.js';
import type { Ledger } from '../../../src/ledger/ledger.js';
import { forEachPartition } from '../../../src/migrations/for-each-partition/for-each-partition.js';
import type { Registry } from '../../../src/migrations/registry.js';
import { openMemoryStore } from '../../../src/stores/memory/memory-store.js';
import type { Store } from '../../../src/stores/store.js';
import { partitionEntries, registerPartition } from '../../../src/versions/partition-versions.js';
import { readState } from '../../../src/versions/state-entry.js';
import { runExecution, testDependencies, withTestLedgers } from '../../support/copy-run.js';
import { collect } from '../../support/kv-bytes.js';
import { execute } from '../redriven-execution.js';
import { itemsOf } from '../memory-stores.js';
import { marking, markingSteps, marksOf, registered } from './marking-steps.js';

let ledger: Ledger;
withTestLedgers(1, ([made]) => (ledger = made));

const tenants = ['acme', 'bolt', 'cask'];

const perTenant = forEachPartition({
  async migrate(partition, { database, fenceFor, version }) {
    const writer = database.writer('marks', { unit: 0, position: 0, fence: fenceFor(database) });
    await writer.write([{ id: { S: `item-${tenants.indexOf(partition) + 10 * version}` }, total: { N: '1' } }]);
    await writer.flush();
  },
});

let broken: boolean;
let database: Store;
beforeEach(async () => {
  broken = true;
  database = openMemoryStore();
  for (const tenant of tenants) await registerPartition(database.keyValues, tenant, 0);
});

/** A step, one tenant by tenant, and one that fails while `broken`. */
function chain(): Registry {
  const failing = marking(() => {
    if (broken) throw new TypeError('not yet');
  });
  return {
    migrations: [...markingSteps([1]).migrations, registered(2, perTenant), registered(3, failing)],
  };
}

const depsOf = (registry: Registry) =>
  testDependencies({ stores: { database }, ledger, registry, project: { database: 'database' } });

/** Everything that is in the database, to be put back. */
async function backup(): Promise<() => Promise<void>> {
  const places = ['carryover', 'carryover/history', 'carryover/partitions'].map((text) =>
    new TextEncoder().encode(text),
  );
  const before = await Promise.all(places.map((place) => collect(database.keyValues.scan(place))));
  const items = await itemsOf(database, 'marks');
  return async () => {
    for (const [index, place] of places.entries()) {
      for (const { key } of await collect(database.keyValues.scan(place))) await database.keyValues.delete(place, key);
      for (const { key, value } of before[index] ?? []) await database.keyValues.set(place, key, value);
    }
    const known = new Set(items.map(({ id }) => JSON.stringify(id)));
    const later = (await itemsOf(database, 'marks')).filter(({ id }) => !known.has(JSON.stringify(id)));
    await database.remove?.(
      'marks',
      later.map(({ id }) => ({ id: id as { S: string } })),
    );
  };
}

async function expectAllDone(): Promise<void> {
  expect(await readState(database.keyValues)).toMatchObject({ version: 3 });
  expect(await marksOf(database)).toEqual([1, 3, 20, 21, 22]);
  const versions = (await collect(partitionEntries(database.keyValues))).map(({ entry }) => entry.dataVersion);
  expect(versions).toEqual([2, 2, 2]);
}

test('a database that is set back before a run, which is then redriven, goes through every step and partition again', async () => {
  const options = { stores: { database }, ledger, project: { database: 'database' } };
  await runExecution({ ...options, registry: markingSteps([1]) }, { up: {} });
  const restore = await backup();
  const given = { execution: ulid(), input: { up: {} }, handlers: localHandlers(depsOf(chain())) };
  await execute(given);
  expect(await readState(database.keyValues)).toMatchObject({ version: 2 });
  await restore();
  broken = false;
  await execute(given, 1);
  expect(await ledger.run(given.execution)).toMatchObject({ exitCode: 0 });
  await expectAllDone();
});

test('a database that is set back into the middle of a run, which is then redriven, loses nothing', async () => {
  let restore: (() => Promise<void>) | undefined;
  const handlers = localHandlers(depsOf(chain()));
  const given = {
    execution: ulid(),
    input: { up: {} },
    handlers: {
      ...handlers,
      Begin: async (event: unknown, context: unknown) => {
        const result = await (handlers['Begin'] as (a: unknown, b: unknown) => Promise<unknown>)(event, context);
        if ((await readState(database.keyValues))?.version === 1) restore ??= await backup();
        return result;
      },
    },
  };
  await execute(given as never);
  await restore?.();
  broken = false;
  await execute(given as never, 1);
  expect(await ledger.run(given.execution)).toMatchObject({ exitCode: 0 });
  await expectAllDone();
});
