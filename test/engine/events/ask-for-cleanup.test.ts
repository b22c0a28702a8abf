import { abort } from '../../../src/engine/steps/abort.js';
import type { Dependencies } from '../../../src/engine/dependencies.js';
import type { CarryoverEvent } from '../../../src/engine/events/event.js';
import { StoreUnavailableError } from '../../../src/errors.js';
import type { Ledger } from '../../../src/ledger/ledger.js';
import { rollover } from '../../../src/migrations/rollover/rollover.js';
import type { Store } from '../../../src/stores/store.js';
import { changeState, readState } from '../../../src/versions/state-entry.js';
import { ordersDatabase, runner } from '../../migrations/rollover/rolled-orders.js';
import { registered } from '../chain/marking-steps.js';
import { testDependencies, withTestLedgers } from '../../support/copy-run.js';
import { KeptEvents } from './emitting.js';

let ledger: Ledger;
withTestLedgers(1, ([made]) => (ledger = made));

/** A run that died in Cleanup, whose Abort did not come through yet: it holds the lock still. */
async function died(bus: KeptEvents): Promise<{ database: Store; run: string; deps: Dependencies }> {
  const database = await ordersDatabase();
  const options = { emit: bus.emit, settings: { leaseMs: 20_000 } };
  const step = rollover({ table: 'orders', keepOldFor: { days: 0 } });
  const dies = () => Promise.reject(new TypeError('killed'));
  const { up, clock } = runner(database, ledger, { 1: step }, options);
  await up({}, { handlers: { Cleanup: dies, Abort: dies } });
  const { lease } = (await readState(database.keyValues)) ?? {};
  const run = String(lease?.owner);
  await ledger.changeRun(run, { step: 'cleanup' });
  const given = { stores: { database }, ledger, project: { database: 'database' } };
  const deps = testDependencies({ ...options, ...given, clock, registry: { migrations: [registered(1, step)] } });
  return { database, run, deps };
}

const aborted = (execution: string, deps: Dependencies, redrives = 0): Promise<unknown> =>
  abort({ execution, error: { Error: 'TypeError', Cause: 'killed' }, redrives }, deps).catch((error: unknown) => error);

describe('Abort, called for a run that leaves something over', () => {
  let bus: KeptEvents;
  beforeEach(() => (bus = new KeptEvents('Cleanup Needed')));

  test('issues the same event again when it is called again and the bus did not take it', async () => {
    const { run, deps } = await died(bus);
    const refused: CarryoverEvent[] = [];
    bus.onEvent = (event) => {
      refused.push(event);
      throw new StoreUnavailableError('the bus is away');
    };
    await aborted(run, deps);
    bus.onEvent = () => undefined;
    await aborted(run, deps);
    expect(refused).toHaveLength(1);
    expect(bus.events).toEqual(refused);
  });

  test('issues no other event when it is called again after it was sent', async () => {
    const { run, deps } = await died(bus);
    await aborted(run, deps);
    await aborted(run, deps);
    expect(bus.events).toHaveLength(1);
  });

  test('issues another one when the run was redriven and failed anew', async () => {
    const { run, deps } = await died(bus);
    await aborted(run, deps);
    expect(await aborted(run, deps, 1)).toBeUndefined();
    await aborted(run, deps, 1);
    expect(bus.details.map(({ id }) => id)).toEqual([`${run}/cleanup-needed-0`, `${run}/cleanup-needed-1`]);
  });

  test('issues none while another run works on it, which asks itself if it fails', async () => {
    const { database, run, deps } = await died(bus);
    await changeState(database.keyValues, (state) => {
      const token = state.token + 1;
      return { ...state, token, lease: { ...state.lease!, owner: 'another', token } };
    });
    expect(await aborted(run, deps)).toMatchObject({ name: 'RunFailedError' });
    expect(bus.events).toEqual([]);
  });

  test('says that it could not read what is left over, and then says it when it can', async () => {
    const { database, run, deps } = await died(bus);
    const unread = () => Promise.reject(new StoreUnavailableError('no answer'));
    const silent: Store = Object.create(database, {
      keyValues: { value: { ...database.keyValues, get: unread } },
    }) as Store;
    await aborted(run, { ...deps, openStore: () => Promise.resolve(silent) });
    await aborted(run, deps);
    expect(bus.details).toMatchObject([
      { version: null, left: [], unknown: expect.stringMatching(/was not read.*no answer/) as string },
      { version: 1, left: [{ table: 'orders' }] },
    ]);
    expect(bus.details[1]?.id).toBe(bus.details[0]?.id);
  });
});
