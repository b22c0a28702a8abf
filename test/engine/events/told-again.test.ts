import { localHandlers } from '../../../src/cli/handlers.js';
import { StoreUnavailableError } from '../../../src/errors.js';
import type { Ledger } from '../../../src/ledger/ledger.js';
import type { Handler } from '../../../src/local/state-machine.js';
import { openMemoryStore } from '../../../src/stores/memory/memory-store.js';
import { runCopy, testDependencies, withTestLedgers } from '../../support/copy-run.js';
import { collect } from '../../support/kv-bytes.js';
import { filled, itemsOf } from '../memory-stores.js';
import { execute } from '../redriven-execution.js';
import { KeptEvents } from './emitting.js';

let ledger: Ledger;
withTestLedgers(1, ([made]) => (ledger = made));

let bus: KeptEvents;
beforeEach(() => (bus = new KeptEvents()));

const finished = ['setup', 'migrate', 'validate', 'complete', 'cleanup'].map((step) => `Step Finished: ${step}`);
const all = ['Run Started', ...finished, 'Run Succeeded'];
const stores = async () => ({ source: await filled(5), target: openMemoryStore() });
const idsOf = ({ events }: KeptEvents) => events.map(({ detail }) => (detail as { id: string }).id);

/** The ledger, to which this happens before it keeps an event. */
const keeping = (fails: (name: string) => Promise<void>): Ledger => ({
  ...ledger,
  async putDocument(scope, name, body) {
    if (name.startsWith('event-')) await fails(name);
    await ledger.putDocument(scope, name, body);
  },
});

/** Each of these steps does its work, and its answer is lost once. */
function losing(handlers: Record<string, Handler>): Record<string, Handler> {
  const lossy = ['Begin', 'Setup', 'Expect', 'Judge', 'Complete', 'Cleanup'].map((state) => {
    const handler = handlers[state] as Handler;
    let [calls, lost] = [0, 0];
    const losesOnce: Handler = async (event, context) => {
      const answer = await handler(event, context);
      calls += 1;
      // Begin is called at the end, too.
      if (calls % 2 === 0 || ++lost > 2) return answer;
      throw new StoreUnavailableError('the answer is lost');
    };
    return [state, losesOnce] as const;
  });
  return Object.fromEntries(lossy);
}

describe('steps whose answers are lost', () => {
  test('tell nothing twice that is known to be sent', async () => {
    const options = { stores: await stores(), ledger, emit: bus.emit };
    const { run } = await runCopy({ ...options, handlers: losing(localHandlers(testDependencies(options))) }, {});
    expect(run.exitCode).toBe(0);
    expect(bus.told).toEqual(all);
  });

  test('tell the same again, with the same id, where that is not known', async () => {
    const seen = new Set<string>();
    const forgetful = keeping(async (name) => {
      if (seen.has(name)) return;
      seen.add(name);
      await Promise.reject(new StoreUnavailableError('not now'));
    });
    const options = { stores: await stores(), ledger: forgetful, emit: bus.emit };
    const { run } = await runCopy({ ...options, handlers: losing(localHandlers(testDependencies(options))) }, {});
    expect(run.exitCode).toBe(0);
    expect(bus.told).toEqual(all.flatMap((told) => [told, told]));
    const ids = idsOf(bus);
    expect(new Set(ids).size).toBe(all.length);
    expect(ids.filter((_id, at) => at % 2 === 0)).toEqual(ids.filter((_id, at) => at % 2 === 1));
  });
});

test('a redriven execution tells of what it does anew under other ids', async () => {
  const handlers = localHandlers(testDependencies({ stores: await stores(), ledger, emit: bus.emit }));
  const given = { execution: `redriven-${Date.now()}`, input: { copy: { from: 'source', to: 'target' } } };
  const dies = () => Promise.reject(new TypeError('killed'));
  await execute({ ...given, handlers: { ...handlers, Judge: dies } });
  await execute({ ...given, handlers: { ...handlers, Cleanup: dies } }, 1);
  await execute({ ...given, handlers }, 2);
  const [before, until] = ['Run Failed', 'Run Started'];
  const [setup = '', migrate = '', validate = '', complete = '', cleanup = ''] = finished;
  expect(bus.told).toEqual([
    ...[until, setup, migrate, before],
    ...[until, setup, migrate, validate, complete, before],
    ...[until, setup, migrate, validate, complete, cleanup, 'Run Succeeded'],
  ]);
  expect(bus.of('Run Started')).toMatchObject([{ redrives: 0 }, { redrives: 1 }, { redrives: 2 }]);
  expect(new Set(idsOf(bus)).size).toBe(bus.events.length);
});

describe('a run goes on to its end', () => {
  const settings = { leaseMs: 1_000, requestTimeoutMs: 200 };
  const never = () => new Promise<void>(() => undefined);

  test.each([
    ['refuses every event', () => Promise.reject(new Error('the bus is away')), 'the bus is away'],
    [
      'throws',
      () => {
        throw new TypeError('broken');
      },
      'broken',
    ],
    ['never answers', never, 'did not answer'],
  ])('where the bus %s; the ledger says so', async (_what, onEvent, reason) => {
    bus.onEvent = onEvent;
    const given = await stores();
    const { run } = await runCopy({ stores: given, ledger, emit: bus.emit, settings }, {});
    expect(run).toMatchObject({ status: 'succeeded', exitCode: 0 });
    expect(await itemsOf(given.target, 'orders')).toHaveLength(5);
    const kept = await collect(ledger.documents(run.run, 'event-'));
    expect(kept).toHaveLength(all.length);
    for (const { body } of kept)
      expect(body).toMatchObject({ run: run.run, notSent: expect.stringContaining(reason) as string });
  });

  test.each([
    ['refuses', () => Promise.reject(new StoreUnavailableError('full'))],
    ['never answers to', never],
  ])('where the ledger %s what is to be kept of an event, which is sent all the same', async (_what, fails) => {
    const options = { stores: await stores(), ledger: keeping(fails), outcomes: ledger, emit: bus.emit, settings };
    const { run } = await runCopy(options, {});
    expect(run).toMatchObject({ status: 'succeeded', exitCode: 0 });
    expect(bus.told).toEqual(all);
  });
});

test('without a bus a run keeps what it tells in the ledger', async () => {
  const { run } = await runCopy({ stores: await stores(), ledger }, {});
  const kept = await collect(ledger.documents(run.run, 'event-'));
  expect(kept).toHaveLength(all.length);
  expect(kept.filter(({ body }) => 'notSent' in (body as object))).toEqual([]);
});
