import { localHandlers } from '../../src/cli/handlers.js';
import { ValidationFailedError } from '../../src/errors.js';
import type { Ledger, RunRecord } from '../../src/ledger/ledger.js';
import type { Handler } from '../../src/local/state-machine.js';
import { openMemoryStore } from '../../src/stores/memory/memory-store.js';
import { testDependencies, withTestLedgers } from '../support/copy-run.js';
import { filled } from './memory-stores.js';
import { execute as executeNamed } from './redriven-execution.js';

let ledger: Ledger;
withTestLedgers(1, ([made]) => (ledger = made));

const input = { copy: { from: 'source', to: 'target' } };

async function execute(
  execution: string,
  given: unknown,
  handlers: Record<string, Handler>,
  redrives = 0,
): Promise<RunRecord | undefined> {
  await executeNamed({ execution, input: given, handlers }, redrives);
  return await ledger.run(execution);
}

const handlersOf = (stores: Parameters<typeof testDependencies>[0]['stores']): Record<string, Handler> =>
  localHandlers(testDependencies({ stores, ledger }));

describe('a redriven execution', () => {
  test('that succeeds shows nothing of the error that it ended with before', async () => {
    const handlers = handlersOf({ source: await filled(5), target: openMemoryStore() });
    const failing = { ...handlers, Judge: () => Promise.reject(new ValidationFailedError('once')) };
    const failed = await execute('redriven-1', input, failing);
    expect(failed).toMatchObject({ status: 'failed', exitCode: 1, error: { message: 'once' } });
    const run = await execute('redriven-1', input, handlers, 1);
    expect(run).toMatchObject({ status: 'succeeded', exitCode: 0, redrives: 1 });
    expect(run?.error).toBeUndefined();
    expect(Date.parse(run?.endedAt ?? '')).toBeGreaterThan(Date.parse(failed?.endedAt ?? ''));
  });

  test('goes on although its Begin failed before the ledger knew its input', async () => {
    const handlers = handlersOf({ source: await filled(5), target: openMemoryStore() });
    const failing = { ...handlers, Begin: () => Promise.reject(new TypeError('before anything')) };
    expect(await execute('redriven-2', input, failing)).toMatchObject({ exitCode: 3, input: null });
    expect(await execute('redriven-2', input, handlers, 1)).toMatchObject({ exitCode: 0, input });
  });
});

describe('the run of an input that is refused', () => {
  test('shows the input', async () => {
    const refused = { copy: { from: 'source', to: 'elsewhere', colour: 'red' } };
    expect(await execute('refused-1', refused, handlersOf({}))).toMatchObject({ exitCode: 2, input: refused });
    expect(await execute('refused-2', 'orders', handlersOf({}))).toMatchObject({ exitCode: 2, input: 'orders' });
  });

  test.each([
    ['in the place of a name', { copy: { from: 'postgres://anna:hunter2@db/shop', to: 'x' } }],
    ['beside a field that is none', { copy: { from: 'postgres://anna:hunter2@db/shop', to: 'x', colour: 'red' } }],
    ['twice', { copy: { from: 'postgres://db/shop?password=hunter2', to: 'postgres://db/shop?password=hunter2' } }],
  ])('shows no password of a URL that was given %s', async (what, refused) => {
    const run = await execute(`secret ${what}`, refused, handlersOf({}));
    expect(run).toMatchObject({ exitCode: 2, error: { name: 'InputError' } });
    expect(JSON.stringify(run)).toContain('shop');
    expect(JSON.stringify(run)).not.toContain('hunter2');
  });
});
