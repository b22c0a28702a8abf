import { localHandlers } from '../../../src/cli/handlers.js';
import { openRun } from '../../../src/engine/runs/open-run.js';
import { tellValidationFailed } from '../../../src/engine/events/tell-validation.js';
import { saveVerdict } from '../../../src/engine/verdicts/verdicts.js';
import { abort } from '../../../src/engine/steps/abort.js';
import { endExecution } from '../../../src/engine/steps/end-execution.js';
import type { RunState } from '../../../src/engine/dependencies.js';
import type { Ledger } from '../../../src/ledger/ledger.js';
import { openMemoryStore } from '../../../src/stores/memory/memory-store.js';
import { runCopy, testDependencies, withTestLedgers, type CopyRunOptions } from '../../support/copy-run.js';
import { filled } from '../memory-stores.js';
import { storeOf, things } from '../things.js';
import { KeptEvents } from './emitting.js';

let ledger: Ledger;
withTestLedgers(1, ([made]) => (ledger = made));

let bus: KeptEvents;
beforeEach(() => (bus = new KeptEvents()));

/** Lets a hook come to its end that does not answer. */
let answers: () => void;

const context = { getRemainingTimeInMillis: () => 60_000 };
const call = { remainingMs: () => 60_000 };
const input = { copy: { from: 'source', to: 'target' } };

/** An execution that came as far as Setup, whose state machine is gone. */
async function begun(more: Partial<CopyRunOptions> = {}) {
  const stores = { source: await filled(5), target: openMemoryStore() };
  const deps = testDependencies({ stores, ledger, emit: bus.emit, ...more });
  const handlers = localHandlers(deps);
  const name = deps.newId();
  const execution = `arn:aws:states:us-east-1:123456789012:execution:Carryover:${name}`;
  const run = (await handlers['Begin']?.({ execution, input }, context)) as RunState;
  await handlers['Setup']?.({ run }, context);
  return { deps, name, execution, run };
}

describe('a run whose validation fails', () => {
  test('tells of the tables with their counts, without a key, and that it failed', async () => {
    const stores = { source: await storeOf(things(60)), target: openMemoryStore() };
    await runCopy({ stores, ledger }, { steps: ['setup', 'migrate'] });
    await stores.target.remove?.('things', [{ id: { S: 'thing-7' } }]);
    const { run } = await runCopy({ stores, ledger, emit: bus.emit }, {});
    expect(run).toMatchObject({ exitCode: 1, error: { message: expect.stringContaining('thing-7') as string } });
    const steps = ['setup', 'migrate'].map((step) => `Step Finished: ${step}`);
    expect(bus.told).toEqual(['Run Started', ...steps, 'Validation Failed', 'Run Failed']);
    const counts = { expectedItems: 60, actualItems: 59, missing: 1, extra: 0, changed: 0, further: 0 };
    const command = `carryover status ${run.run}`;
    expect(bus.of('Validation Failed')).toMatchObject([
      { ...{ attempt: run.attempt, generation: 1, command, tableCount: 1 }, tables: [{ table: 'things', ...counts }] },
    ]);
    expect(bus.of('Run Failed')).toMatchObject([
      { exitCode: 1, command, error: { name: 'ValidationFailedError', step: 'judge' } },
    ]);
    expect(JSON.stringify(bus.events)).not.toContain('thing-7');
  });

  test('names a hundred tables and counts the others', async () => {
    const { deps, run } = await begun();
    const [expectedItems, actualItems] = [2, 1];
    const rest = { buckets: [], complete: true, slices: 1, reconciled: 0, further: 1, relation: 'equal' as const };
    for (let table = 0; table < 102; table++) {
      const verdict = { table: `t${table}`, equal: table === 0, expectedItems, actualItems, ...rest };
      await saveVerdict(ledger, `${run.attempt}/verdict-3`, verdict);
    }
    const open = await openRun(run, deps, call);
    await tellValidationFailed(open, { generation: 3, tableCount: 101 }, deps, call);
    const [told] = bus.of('Validation Failed') as unknown as { tables: { table: string }[]; tableCount: number }[];
    expect(told?.tableCount).toBe(101);
    expect(told?.tables).toHaveLength(100);
    expect(told?.tables.map(({ table }) => table)).not.toContain('t0');
  });
});

describe('a run that fails', () => {
  beforeEach(() => (answers = () => undefined));

  test('says what to do', async () => {
    const dies = () => Promise.reject(new TypeError('item-3 has no total'));
    const stores = { source: await filled(5), target: openMemoryStore() };
    const { run } = await runCopy({ stores, ledger, emit: bus.emit, handlers: { MigrateUnit: dies } }, {});
    const error = { name: 'UnitsFailedError', message: '1 of 1 units of migrate failed', step: 'judge' };
    const next = 'mend the cause, then start it again with the same input: it goes on where it stopped';
    expect(bus.of('Run Failed')).toMatchObject([
      { ...{ error, next, exitCode: 3, mayBeFrozen: false, what: 'copy source -> target' }, at: run.endedAt },
    ]);
    expect(bus.told).not.toContain('Step Finished: migrate');
    expect(JSON.stringify(bus.events)).not.toContain('item-3');
  });

  test('because its input is refused tells that alone, and no secret of it', async () => {
    const deps = testDependencies({ stores: {}, ledger, emit: bus.emit });
    const handlers = localHandlers(deps);
    const [execution, url] = [deps.newId(), 'postgres://anna:hunter2@db/shop'];
    const refused = (await handlers['Begin']?.({ execution, input: { copy: { from: url, to: url } } }, context).catch(
      (error: unknown) => error,
    )) as Error;
    await abort({ execution, error: { Error: refused.name, Cause: refused.message }, redrives: 0 }, deps).catch(
      () => 0,
    );
    expect(bus.told).toEqual(['Run Failed']);
    expect(bus.of('Run Failed')).toMatchObject([{ exitCode: 2, next: expect.stringMatching(/^mend what/) as string }]);
    expect(JSON.stringify(bus.events)).not.toContain('hunter2');
  });

  test('because its execution was stopped from outside is told of once, however often that is heard', async () => {
    const { deps, name, execution } = await begun();
    await endExecution({ execution, status: 'ABORTED', redrives: 0 }, deps);
    await endExecution({ execution, status: 'ABORTED', redrives: 0 }, deps);
    const { endedAt } = (await ledger.run(name)) ?? {};
    expect(bus.of('Run Failed')).toMatchObject([
      { execution, run: name, at: endedAt, error: { name: 'ExecutionStopped', step: 'migrate' }, exitCode: 3 },
    ]);
  });

  test('says the same again when the bus did not take it, however it ends by then', async () => {
    const { deps, execution } = await begun();
    const refused: unknown[] = [];
    bus.onEvent = ({ detail }) => {
      refused.push(detail);
      throw new Error('the bus is away');
    };
    const error = { Error: 'InterruptedError', Cause: 'SIGTERM' };
    await abort({ execution, error, redrives: 0 }, deps).catch(() => 0);
    bus.onEvent = () => undefined;
    await endExecution({ execution, status: 'FAILED', redrives: 0, error: 'RunFailedError' }, deps);
    expect(refused).toHaveLength(1);
    expect(bus.of('Run Failed')).toEqual(refused);
  });

  test('is not told of where a run of its name succeeded before: that one did not fail', async () => {
    const stores = { source: await filled(5), target: openMemoryStore() };
    const { run } = await runCopy({ stores, ledger }, {});
    const deps = testDependencies({ stores, ledger, emit: bus.emit });
    const error = { Error: 'InputError', Cause: 'the name is taken' };
    await abort({ execution: run.run, error, redrives: 0 }, deps).catch(() => 0);
    expect(bus.events).toEqual([]);
  });

  test.each([
    ['does not thaw', () => Promise.reject(new Error('no')), true],
    ['does not answer', () => new Promise<void>((resolve) => (answers = resolve)), true],
    ['thaws', () => Promise.resolve(), false],
  ])('says so where the service %s', async (_what, thaw, mayBeFrozen) => {
    const settings = { leaseMs: 1_000, requestTimeoutMs: 100 };
    const { deps, execution } = await begun({ settings, project: { freeze: () => Promise.resolve(), thaw } });
    // Without an answer Abort ends only when the service thaws; what it tells must not wait for that.
    bus.onEvent = () => answers();
    await endExecution({ execution, status: 'TIMED_OUT', redrives: 0 }, deps);
    expect(bus.of('Run Failed')).toMatchObject([{ mayBeFrozen, error: { name: 'ExecutionTimedOut' } }]);
  });
});
