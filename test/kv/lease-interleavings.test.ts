import fc from 'fast-check';
import { LeaseLostError, LockHeldError } from '../../src/errors.js';
import { checkedStore } from '../../src/kv/checked-store.js';
import type { KeyValueDriver } from '../../src/kv/key-value-driver.js';
import type { KeyValueStore } from '../../src/kv/key-value-store.js';
import { acquireLease, holdLease, releaseLease, type HeldLease } from '../../src/kv/lease.js';
import { MemoryKeyValueDriver } from '../../src/kv/memory-key-value-store.js';
import { changeStateAsOwner, readState, stateLeaseCell } from '../../src/versions/state-entry.js';
import { ManualClock } from '../support/manual-clock.js';

const durationMs = 6_000;
const requestTimeoutMs = 1_000;

/** Each request waits for its turn before it reaches the store, and its answer waits again. */
function inTurn(driver: KeyValueDriver, scheduler: fc.Scheduler): KeyValueDriver {
  const turn = async <T>(label: string, perform: () => Promise<T>): Promise<T> => {
    await scheduler.schedule(Promise.resolve(), `${label} arrives`);
    const result = await perform();
    await scheduler.schedule(Promise.resolve(), `${label} is answered`);
    return result;
  };
  return {
    location: driver.location,
    read: (...at) => turn('read', () => driver.read(...at)),
    write: (...at) => turn('write', () => driver.write(...at)),
    writeIf: (...at) => turn('writeIf', () => driver.writeIf(...at)),
    remove: (...at) => turn('remove', () => driver.remove(...at)),
    page: (...at) => turn('page', () => driver.page(...at)),
    close: () => driver.close(),
  };
}

/** Runs that contend for one lease, each with two workers; some release it, some die. */
class World {
  readonly clock = new ManualClock();
  readonly held = new Set<HeldLease>();
  readonly #memory = new MemoryKeyValueDriver();
  /** The store as nobody's turn: for looking at it. */
  readonly sound = checkedStore(this.#memory);
  readonly store: KeyValueStore;
  readonly stop = new AbortController();
  /** The tokens that were given. */
  readonly tokens: number[] = [];

  constructor(scheduler: fc.Scheduler) {
    this.store = checkedStore(inTurn(this.#memory, scheduler), { clock: this.clock, random: () => 0.5 });
  }

  /** Tries again and again, as a new run each time, until it had its turn. */
  async runs(name: string, keeps: number, dies: boolean): Promise<void> {
    for (let attempt = 0; !this.stop.signal.aborted; attempt++)
      if (await this.run(`${name}.${attempt}`, keeps, dies)) return;
  }

  /** False: the lease was another's, or became it. */
  async run(owner: string, keeps: number, dies: boolean): Promise<boolean> {
    const { clock } = this;
    const cell = stateLeaseCell(this.store);
    try {
      const options = { owner, who: 'ann', where: 'laptop', durationMs, clock, signal: this.stop.signal };
      const { token } = await acquireLease(cell, options);
      this.tokens.push(token);
      const workers = [0, 1].map(() => holdLease({ cell, owner, token, durationMs, requestTimeoutMs, clock }));
      for (const worker of workers) this.held.add(worker);
      await Promise.all(workers.map((worker) => this.work(worker, keeps)));
      if (dies) return true;
      for (const worker of workers) this.held.delete(worker);
      await changeStateAsOwner(this.store, { owner, token }, (state) => ({ ...state, version: state.version + 1 }), {
        clock,
      });
      await releaseLease(cell, { owner, token }, { clock });
      return true;
    } catch (error) {
      const expected = error instanceof LockHeldError || error instanceof LeaseLostError || this.stop.signal.aborted;
      if (!expected) throw error;
      return false;
    }
  }

  async work(worker: HeldLease, keeps: number): Promise<void> {
    for (let keep = 0; keep < keeps; keep++) {
      await worker.keep();
      await this.clock.sleep(durationMs / 4, this.stop.signal);
    }
  }

  /** Whoever may believe that the lease is its own is the one whom the entry names, and there is one such owner. */
  async check(): Promise<void> {
    const valid = [...this.held].filter((worker) => worker.validForMs() > 0);
    const lease = (await readState(this.sound))?.lease;
    for (const worker of valid)
      expect({ owner: worker.owner, token: worker.token }).toEqual({ owner: lease?.owner, token: lease?.token });
  }
}

const run = fc.record({ keeps: fc.integer({ min: 1, max: 4 }), dies: fc.boolean(), startsAt: fc.nat(10) });
/** Time between two turns: mostly little, so that a lease's time spans many requests; sometimes a paused machine. */
const pause = fc.oneof({ weight: 6, arbitrary: fc.nat(200) }, { weight: 1, arbitrary: fc.nat(durationMs) });

test('at no moment, in any interleaving of requests and time, do two owners both hold a valid lease', async () => {
  let takenAgain = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(run, { minLength: 2, maxLength: 4 }),
      fc.array(pause, { minLength: 100, maxLength: 400 }),
      async (scheduler, runs, pauses) => {
        const world = new World(scheduler);
        const works: Promise<void>[] = [];
        for (const [step, pauseMs] of pauses.entries()) {
          for (const [index, { keeps, dies, startsAt }] of runs.entries())
            if (startsAt === step) works.push(world.runs(`run ${index}`, keeps, dies));
          if (scheduler.count() > 0) await scheduler.waitOne();
          world.clock.advance(pauseMs);
          await new Promise((resolve) => setImmediate(resolve));
          await world.check();
        }
        world.stop.abort(new Error('over'));
        if (world.tokens.length > 1) takenAgain++;
        expect(new Set(world.tokens).size).toBe(world.tokens.length);
        await ended(works, scheduler, world.clock);
      },
    ),
    // Shrinking a history of hundreds of turns may take long.
    { numRuns: 400, interruptAfterTimeLimit: 40_000, markInterruptAsFailure: true },
  );
  // The histories were not empty: in many of them the lease had one owner after another.
  expect(takenAgain).toBeGreaterThan(100);
});

async function ended(works: readonly Promise<void>[], scheduler: fc.Scheduler, clock: ManualClock): Promise<void> {
  let running = works.length;
  const end = () => void running--;
  for (const work of works) work.then(end, end);
  while (running > 0) {
    if (scheduler.count() > 0) await scheduler.waitOne();
    clock.advance(1_000);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await Promise.all(works);
}
