import { localHandlers } from '../../../src/cli/handlers.js';
import { beginAttempt } from '../../../src/engine/attempts/begin-attempt.js';
import type { RunState } from '../../../src/engine/dependencies.js';
import { openDatabase } from '../../../src/engine/home/open-database.js';
import { upTask } from '../../../src/engine/tasks/up-task.js';
import type { Ledger } from '../../../src/ledger/ledger.js';
import type { Handler } from '../../../src/local/state-machine.js';
import { forEachPartition } from '../../../src/migrations/for-each-partition/for-each-partition.js';
import { openMemoryStore } from '../../../src/stores/memory/memory-store.js';
import { partitionVersion } from '../../../src/versions/partition-versions.js';
import { history } from '../../../src/versions/history.js';
import { readState } from '../../../src/versions/state-entry.js';
import { runExecution, testDependencies, withTestLedgers } from '../../support/copy-run.js';
import { collect } from '../../support/kv-bytes.js';
import { marking, markingSteps, marksOf, registered } from './marking-steps.js';

let ledger: Ledger;
withTestLedgers(1, ([made]) => (ledger = made));

type Call = Parameters<Handler>;

/** Handlers of a chain, and the calls of one step that they got. */
function recorded(options: Parameters<typeof testDependencies>[0], step: string) {
  const handlers = localHandlers(testDependencies(options));
  const calls: Call[] = [];
  const again = (call: Call | undefined): Promise<unknown> => handlerOf(step)(...(call as Call));
  const handlerOf = (name: string): Handler => handlers[name] as Handler;
  const recording: Handler = (...call) => {
    calls.push(call);
    return handlerOf(step)(...call);
  };
  return { handlers: { ...handlers, [step]: recording }, handlerOf, calls, again };
}

test('a Complete that was left behind does not end the attempt of the next migration', async () => {
  const database = openMemoryStore();
  const options = { stores: { database }, ledger, registry: markingSteps([1, 2]), project: { database: 'database' } };
  const { handlers, handlerOf, calls, again } = recorded(options, 'Complete');
  const errors: unknown[] = [];
  const Migrate: Handler = async (...call) => {
    if (calls.length === 1) await again(calls[0]).catch((error: unknown) => errors.push(error));
    return await handlerOf('MigrateUnit')(...call);
  };
  const { run } = await runExecution({ ...options, handlers: { ...handlers, MigrateUnit: Migrate } }, { up: {} });
  expect(run).toMatchObject({ exitCode: 0 });
  expect(errors).toMatchObject([{ name: 'LateWriterError', message: expect.stringContaining('migration 0002_mark') }]);
  expect(await readState(database.keyValues)).toMatchObject({ version: 2 });
  expect(await marksOf(database)).toEqual([1, 2]);
  const startedAt = (await collect(history(database.keyValues))).map((entry) => entry.startedAt);
  expect(new Set(startedAt).size).toBe(2);
});

test('a Begin that was left behind does not put an earlier migration in the place of the one that is under way', async () => {
  const database = openMemoryStore();
  const registry = markingSteps([1, 2], () => undefined, { leavesNothing: true });
  const options = { stores: { database }, ledger, registry, project: { database: 'database' } };
  const { handlers, handlerOf, calls, again } = recorded(options, 'Begin');
  const deps = testDependencies(options);
  const late: unknown[] = [];
  const Migrate: Handler = async (...call) => {
    const { owner, token, version } = (call[0] as { run: RunState }).run;
    const [first] = registry.migrations;
    if (version === 2 && first !== undefined) {
      // It had chosen its task when its run came to version 1.
      const task = await upTask(
        { database: await openDatabase(deps), registered: first, input: { fresh: false } },
        owner,
        deps,
      );
      const begun = beginAttempt({ own: { owner, token }, askedAt: 0, task }, deps);
      late.push(await begun.catch((error: unknown) => error));
      await again(calls[0]);
    }
    return await handlerOf('MigrateUnit')(...call);
  };
  const { run } = await runExecution({ ...options, handlers: { ...handlers, MigrateUnit: Migrate } }, { up: {} });
  expect({ error: run.error, exitCode: run.exitCode }).toEqual({ exitCode: 0 });
  expect(late).toMatchObject([{ name: 'LateWriterError' }]);
  expect(await marksOf(database)).toEqual([1, 2]);
  expect(await readState(database.keyValues)).toMatchObject({ version: 2 });
});

test.each([{}, { fresh: true }])(
  'the clean-up of a migration that is never gone on with is finished by the next run: %j',
  async (input) => {
    const database = openMemoryStore();
    const faults = [{ field: 'marks', message: 'is there already' }];
    let [forecasts, cleaned] = [0, 0];
    const restarting = marking(() => undefined, { onRerun: 'restart' });
    const definition = {
      ...restarting,
      async open(stage: Parameters<typeof restarting.open>[0]) {
        const migration = await restarting.open(stage);
        return {
          ...migration,
          // As a copy that finds the table which it made itself.
          forecast: async (context: Parameters<typeof migration.forecast>[0]) => {
            const forecast = await migration.forecast(context);
            return forecasts++ === 0 ? forecast : { ...forecast, faults };
          },
          cleanup: () => Promise.resolve((cleaned += 1) > 0),
        };
      },
    };
    const first = registered(1, definition);
    const options = { stores: { database }, ledger, project: { database: 'database' } };
    const registry = { migrations: [first, ...markingSteps([2]).migrations] };
    const handlers = { Cleanup: () => Promise.reject(new TypeError('killed')) };
    expect((await runExecution({ ...options, registry, handlers }, { up: {} })).run.exitCode).toBe(3);
    const { run } = await runExecution({ ...options, registry }, { up: input });
    expect({ error: run.error, exitCode: run.exitCode }).toEqual({ exitCode: 0 });
    expect(cleaned).toBe(1);
    expect(await marksOf(database)).toEqual([1, 2]);
  },
);

test('the clean-up of a migration is finished by a run for one partition too', async () => {
  const database = openMemoryStore();
  const perTenant = forEachPartition({ partitions: () => ['acme'], migrate: () => Promise.resolve() });
  const options = { stores: { database }, ledger, project: { database: 'database' } };
  const first = markingSteps([1]);
  const registry = { migrations: [...first.migrations, registered(2, perTenant)] };
  const handlers = { Cleanup: () => Promise.reject(new TypeError('killed')) };
  await runExecution({ ...options, registry: first, handlers }, { up: {} });
  const { run } = await runExecution({ ...options, registry }, { up: { partition: 'acme' } });
  expect({ error: run.error, exitCode: run.exitCode }).toEqual({ exitCode: 0 });
  expect(await partitionVersion(database.keyValues, 'acme')).toBe(2);
  expect((await runExecution({ ...options, registry }, { up: {} })).run.exitCode).toBe(0);
  expect(await readState(database.keyValues)).toMatchObject({ version: 2 });
});
