import { localHandlers } from '../../../src/cli/handlers.js';
import type { Ledger } from '../../../src/ledger/ledger.js';
import { openMemoryStore } from '../../../src/stores/memory/memory-store.js';
import type { Store } from '../../../src/stores/store.js';
import { readState } from '../../../src/versions/state-entry.js';
import { runCopy, testDependencies, withTestLedgers } from '../../support/copy-run.js';
import { filled, itemsOf } from '../memory-stores.js';

let ledger: Ledger;
withTestLedgers(1, ([first]) => (ledger = first));

const context = { getRemainingTimeInMillis: () => 60_000 };
const copy = { copy: { from: 'source', to: 'target' } };
let executions = 0;

/** An execution that came as far as Begin, whose state machine is gone. */
async function begun() {
  const stores = { source: await filled(20), target: openMemoryStore() };
  const told: string[] = [];
  const deps = testDependencies({
    ...{ stores, ledger },
    project: {
      freeze: () => Promise.resolve(void told.push('freeze')),
      thaw: () => Promise.resolve(void told.push('thaw')),
    },
  });
  const handlers = localHandlers(deps);
  const name = `stopped-${Date.now()}-${++executions}`;
  const execution = `arn:aws:states:us-east-1:123456789012:execution:Carryover:${name}`;
  const run = await handlers['Begin']?.({ execution, input: copy }, context);
  await handlers['Setup']?.({ run }, context);
  const ends = (status: string, detail: object = {}): Promise<unknown> =>
    Promise.resolve(handlers['Abort']?.(eventOf(execution, status, detail), context));
  return { stores, handlers, name, execution, run, ends, told };
}

/** As EventBridge tells it, by way of a queue. */
function eventOf(executionArn: string, status: string, detail: object): object {
  const event = {
    ...{ version: '0', 'detail-type': 'Step Functions Execution Status Change', source: 'aws.states' },
    detail: { executionArn, name: executionArn.split(':').at(-1), status, input: '{}', output: null, ...detail },
  };
  return { Records: [{ messageId: '1', eventSource: 'aws:sqs', body: JSON.stringify(event) }] };
}

const leaseOf = async (store: Store) => (await readState(store.keyValues))?.lease;

describe('an execution that ended badly', () => {
  test.each([
    ['ABORTED', 'ExecutionStopped', 'was stopped by hand'],
    ['TIMED_OUT', 'ExecutionTimedOut', 'ran out of its time'],
    ['FAILED', 'ExecutionFailed', 'the execution failed'],
  ])('(%s) is recorded, its lock is free, and the service may write', async (status, error, message) => {
    const { stores, name, ends, told } = await begun();
    expect(await leaseOf(stores.target)).toBeDefined();
    await ends(status, { redriveCount: 0 });
    expect(await ledger.run(name)).toMatchObject({
      status: 'failed',
      exitCode: 3,
      error: { name: error, step: 'migrate' },
    });
    expect((await ledger.run(name))?.error?.message).toContain(message);
    expect(await leaseOf(stores.target)).toBeUndefined();
    expect(told).toEqual(['freeze', 'thaw']);
  });

  test('says what it failed with, where Step Functions does', async () => {
    const { name, ends } = await begun();
    await ends('FAILED', { error: 'States.DataLimitExceeded', cause: 'too large' });
    expect(await ledger.run(name)).toMatchObject({ error: { name: 'States.DataLimitExceeded', message: 'too large' } });
  });

  test('is gone on with by the same input', async () => {
    const { stores, ends } = await begun();
    await ends('ABORTED');
    const { run } = await runCopy({ stores, ledger }, {});
    expect(run).toMatchObject({ exitCode: 0 });
    expect(await itemsOf(stores.target, 'orders')).toHaveLength(20);
  });

  test('and was ended by Abort already stays what it was, told of once or twice', async () => {
    const { name, handlers, execution, ends, told } = await begun();
    const error = { Error: 'UnitsFailedError', Cause: 'units failed' };
    await expect(handlers['Abort']?.({ execution, error, redrives: 0 }, context)).rejects.toThrow('units failed');
    await ends('FAILED', { redriveCount: 0, error: 'RunFailedError' });
    await ends('FAILED', { redriveCount: 0, error: 'RunFailedError' });
    expect(await ledger.run(name)).toMatchObject({ status: 'failed', error: { name: 'UnitsFailedError' } });
    expect(told).toEqual(['freeze', 'thaw']);
  });

  test('and was redriven since is left alone', async () => {
    const { stores, name, handlers, execution, ends } = await begun();
    const error = { Error: 'UnitsFailedError', Cause: 'units failed' };
    await expect(handlers['Abort']?.({ execution, error, redrives: 0 }, context)).rejects.toThrow('units failed');
    await handlers['Abort']?.({ execution, error, redrives: 1 }, context);
    await handlers['Begin']?.({ execution, input: copy }, context);
    await ends('FAILED', { redriveCount: 0 });
    expect(await ledger.run(name)).toMatchObject({ status: 'running' });
    expect(await leaseOf(stores.target)).toBeDefined();
  });

  test('and was redriven without an Abort is recorded too', async () => {
    const { name, ends } = await begun();
    await ends('ABORTED', { redriveCount: 2 });
    expect(await ledger.run(name)).toMatchObject({ status: 'failed', error: { name: 'ExecutionStopped' } });
  });
});
