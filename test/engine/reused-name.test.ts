import { localHandlers } from '../../src/cli/handlers.js';
import type { Clock } from '../../src/clock.js';
import { ValidationFailedError } from '../../src/errors.js';
import type { Ledger } from '../../src/ledger/ledger.js';
import { runStateMachine, type Handler } from '../../src/local/state-machine.js';
import { openMemoryStore } from '../../src/stores/memory/memory-store.js';
import type { Store } from '../../src/stores/store.js';
import { systemClock } from '../../src/system-clock.js';
import { definition, testDependencies, withTestLedgers } from '../support/copy-run.js';
import { filled, tableNames } from './memory-stores.js';

let ledger: Ledger;
withTestLedgers(1, ([made]) => (ledger = made));

type Stores = Record<'source' | 'target', Store>;

const newStores = async (): Promise<Stores> => ({ source: await filled(5), target: openMemoryStore() });
const inDays = (days: number): Clock => ({
  ...systemClock,
  now: () => systemClock.now() + days * 24 * 60 * 60 * 1_000,
});

function handlersOf(stores: Stores, clock: Clock = systemClock): Record<string, Handler> {
  return localHandlers(testDependencies({ stores, ledger, clock }));
}

function execute(execution: string, handlers: Record<string, Handler>) {
  const input = { copy: { from: 'source', to: 'target' } };
  return runStateMachine({ definition, handlers, execution, input, callMs: 10_000, pauseMs: 10 });
}

describe('an execution of a name that the ledger knows from an earlier one', () => {
  test.each([
    ['succeeded', {}],
    ['failed', { Judge: () => Promise.reject(new ValidationFailedError('then')) }],
  ])('that %s fails instead of passing for it, and leaves its record alone', async (status, faults) => {
    const stores = await newStores();
    const name = `orders-${status}`;
    await execute(name, { ...handlersOf(stores), ...faults });
    const earlier = await ledger.run(name);
    expect(earlier).toMatchObject({ status });
    const later = await newStores();
    const ended = await execute(name, handlersOf(later, inDays(91)));
    expect(ended).toMatchObject({ failed: true });
    expect(await tableNames(later.target)).toEqual([]);
    expect(await ledger.run(name)).toEqual(earlier);
  });

  test('is that one, when its last Begin is called again because the answer was lost', async () => {
    const stores = await newStores();
    const handlers = handlersOf(stores);
    await execute('orders-again', handlers);
    const event = { execution: 'orders-again', input: { copy: { from: 'source', to: 'target' } } };
    const context = { getRemainingTimeInMillis: () => 10_000 };
    expect(await handlers['Begin']?.(event, context)).toMatchObject({ pending: false });
  });
});
