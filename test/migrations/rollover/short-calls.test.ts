import { localHandlers } from '../../../src/cli/handlers.js';
import type { Json } from '../../../src/json.js';
import type { Ledger } from '../../../src/ledger/ledger.js';
import type { Handler } from '../../../src/local/state-machine.js';
import { mostNamesKeptMs } from '../../../src/migrations/rollover/rollover-options.js';
import { rollover } from '../../../src/migrations/rollover/rollover.js';
import { readState } from '../../../src/versions/state-entry.js';
import { registered } from '../../engine/chain/marking-steps.js';
import { runExecution, testDependencies, withTestLedgers } from '../../support/copy-run.js';
import { ManualClock } from '../../support/manual-clock.js';
import { ordersDatabase, tablesOf } from './rolled-orders.js';

let ledger: Ledger;
withTestLedgers(1, ([made]) => (ledger = made));

/** The shortest that a deployment may choose (cdk/limits.ts), and what Abort has (cdk/functions/steps.ts). */
const [shortestCallMs, abortCallMs] = [60_000, 120_000];
/** What the service takes to thaw. */
const thawMs = 20_000;
/** Below a sixth of the lease: its heartbeat beats in time. */
const stepMs = 1_000;

/** Time passes while work sleeps. Who sleeps under a signal watches other work, and is woken when that has taken as long. */
class WorkClock extends ManualClock {
  #callEndsAt = Infinity;

  /** This handler in calls of `callMs`. */
  inCalls(handler: Handler, callMs: number): Handler {
    return async (event) => {
      const endsAt = this.monotonic() + callMs;
      this.#callEndsAt = endsAt;
      return await handler(event, { getRemainingTimeInMillis: () => endsAt - this.monotonic() });
    };
  }

  override async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal !== undefined) return await super.sleep(ms, signal);
    const [until, endsAt] = [this.monotonic() + ms, this.#callEndsAt];
    while (this.monotonic() < until) {
      // The platform ends the work with the call.
      if (this.monotonic() >= endsAt) return await new Promise(() => undefined);
      this.advance(Math.min(stepMs, until - this.monotonic()));
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

/** A service with hooks on a database with a rollover that is pending, whose readers keep names as long as they may. */
async function setUp() {
  const [clock, database] = [new WorkClock(), await ordersDatabase()];
  const thawed: number[] = [];
  const options = {
    ...{ stores: { database }, ledger, clock, settings: { leaseMs: 30_000 } },
    registry: {
      migrations: [registered(1, rollover({ table: 'orders', namesKeptMs: mostNamesKeptMs, keepOldFor: { days: 0 } }))],
    },
    project: {
      database: 'database',
      freeze: () => Promise.resolve(),
      thaw: async () => {
        await clock.sleep(thawMs);
        thawed.push(clock.monotonic());
      },
    },
  };
  const { Cleanup, Abort } = localHandlers(testDependencies(options)) as { Cleanup: Handler; Abort: Handler };
  return {
    ...{ clock, database, thawed },
    handlers: { Cleanup: clock.inCalls(Cleanup, shortestCallMs), Abort: clock.inCalls(Abort, abortCallMs) },
    up: (handlers: Record<string, Handler>) => runExecution({ ...options, handlers }, { up: {} } satisfies Json),
  };
}

describe('where readers keep names as long as they may', () => {
  test('a Cleanup whose calls take a minute lets the service thaw in the first one, and drops the old table', async () => {
    const { clock, database, thawed, handlers, up } = await setUp();
    const begun: number[] = [];
    const Cleanup: Handler = async (event, context) => {
      begun.push(clock.monotonic());
      return await handlers.Cleanup(event, context);
    };
    expect((await up({ ...handlers, Cleanup })).run).toMatchObject({ exitCode: 0 });
    expect(thawed).toHaveLength(1);
    expect(thawed[0]! - begun[0]!).toBeGreaterThanOrEqual(mostNamesKeptMs + thawMs);
    expect(thawed[0]! - begun[0]!).toBeLessThan(shortestCallMs);
    expect(await tablesOf(database)).toEqual(['orders_v1']);
  });

  test('an Abort after a Cleanup that failed lets the service thaw in its two minutes, and frees the lock', async () => {
    const { clock, database, thawed, handlers, up } = await setUp();
    const failedAt: number[] = [];
    const Cleanup: Handler = () => {
      failedAt.push(clock.monotonic());
      return Promise.reject(new TypeError('no more today'));
    };
    const { run } = await up({ ...handlers, Cleanup });
    expect(run).toMatchObject({ exitCode: 3, error: { message: 'no more today' } });
    expect(thawed).toHaveLength(1);
    expect(thawed[0]! - failedAt[0]!).toBeGreaterThanOrEqual(mostNamesKeptMs + thawMs);
    expect(thawed[0]! - failedAt[0]!).toBeLessThan(abortCallMs);
    const state = await readState(database.keyValues);
    expect([state?.version, state?.lease]).toEqual([1, undefined]);
  });
});
