import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isErrorLike } from '../../error-like.js';
import { checkedStore } from '../checked-store.js';
import type { KeyValueDriver } from '../key-value-driver.js';
import type { LeaseCell } from '../lease-cell.js';
import { acquireLease, holdLease, releaseLease, renewLease, type HeldLease } from '../lease.js';
import type { CellOf } from './lease-cases.js';
import { ManualClock } from './manual-clock.js';
import { Turns } from './turns.js';
import type { Cases, World } from './world.js';

const durationMs = 6_000;
const requestTimeoutMs = 1_000;

/** Runs that contend for one lease, on three machines, each with two workers; some release it, some die. */
class Contest {
  readonly machines = [new ManualClock(), new ManualClock(), new ManualClock()] as const;
  readonly held = new Set<HeldLease>();
  readonly stop = new AbortController();
  /** The tokens that were given. */
  readonly tokens: number[] = [];
  readonly #cells: readonly LeaseCell[];
  /** The lease as nobody's turn: for looking at it. */
  readonly #sound: LeaseCell;

  constructor(driver: KeyValueDriver, turns: Turns, cellOf: CellOf) {
    this.#cells = this.machines.map((clock) => cellOf(checkedStore(turns.over(driver), { clock, random: () => 0.5 })));
    this.#sound = cellOf(checkedStore(driver));
  }

  /** Lets time pass. A machine that is asleep sees it by its wall clock alone. */
  pass(ms: number, asleep?: number): void {
    for (const [machine, clock] of this.machines.entries())
      if (machine === asleep) clock.wall += ms;
      else clock.advance(ms);
  }

  /** Tries again and again, as a new run each time, until it had its turn. */
  async runs(index: number, keeps: number, dies: boolean): Promise<void> {
    for (let attempt = 0; !this.stop.signal.aborted; attempt++)
      if (await this.run(`run ${index}.${attempt}`, index % this.machines.length, keeps, dies)) return;
  }

  /** False: the lease was another's, or became it. */
  async run(owner: string, machine: number, keeps: number, dies: boolean): Promise<boolean> {
    const [clock, cell] = [this.machines[machine], this.#cells[machine]];
    if (clock === undefined || cell === undefined) throw new RangeError(`there is no machine ${machine}`);
    try {
      const options = { owner, who: 'ann', where: 'laptop', durationMs, clock, signal: this.stop.signal };
      const { token } = await acquireLease(cell, options);
      this.tokens.push(token);
      const workers = [0, 1].map(() => holdLease({ cell, owner, token, durationMs, requestTimeoutMs, clock }));
      for (const worker of workers) this.held.add(worker);
      await Promise.all(workers.map((worker) => this.work(worker, clock, keeps)));
      if (dies) return true;
      for (const worker of workers) this.held.delete(worker);
      await renewLease(cell, { owner, token }, { clock });
      await releaseLease(cell, { owner, token }, { clock });
      return true;
    } catch (error) {
      const expected = isErrorLike(error) && ['LockHeldError', 'LeaseLostError'].includes(error.name);
      if (!expected && !this.stop.signal.aborted) throw error;
      return false;
    }
  }

  async work(worker: HeldLease, clock: ManualClock, keeps: number): Promise<void> {
    for (let keep = 0; keep < keeps; keep++) {
      await worker.keep();
      await clock.sleep(durationMs / 4, this.stop.signal);
    }
  }

  /** Whoever may believe that the lease is its own is the one whom the entry names, and there is one such owner. */
  async check(): Promise<void> {
    const valid = [...this.held].filter((worker) => worker.validForMs() > 0);
    if (valid.length === 0) return;
    const { lease } = await this.#sound.read();
    for (const { owner, token } of valid)
      assert.deepEqual({ owner, token }, { owner: lease?.owner, token: lease?.token });
  }
}

const contender = fc.record({ keeps: fc.integer({ min: 1, max: 4 }), dies: fc.boolean(), startsAt: fc.nat(10) });
/** Time between two turns: mostly little, so that a lease's time spans many requests; sometimes one machine sleeps for it. */
const pause = fc.record({
  ms: fc.oneof({ weight: 6, arbitrary: fc.nat(200) }, { weight: 1, arbitrary: fc.nat(durationMs) }),
  asleep: fc.option(fc.nat(2), { nil: undefined }),
});

interface History {
  readonly contenders: readonly { readonly keeps: number; readonly dies: boolean; readonly startsAt: number }[];
  readonly pauses: readonly { readonly ms: number; readonly asleep: number | undefined }[];
}

const history: fc.Arbitrary<History> = fc.oneof(
  fc.record({
    contenders: fc.array(contender, { minLength: 2, maxLength: 4 }),
    pauses: fc.array(pause, { minLength: 100, maxLength: 400 }),
  }),
  // Few and many: fifty are turned away by one owner after another.
  {
    weight: 1,
    arbitrary: fc.record({
      contenders: fc.array(contender, { minLength: 50, maxLength: 50 }),
      pauses: fc.array(pause, { minLength: 400, maxLength: 600 }),
    }),
  },
);

async function play(contest: Contest, turns: Turns, { contenders, pauses }: History): Promise<void> {
  const works: Promise<void>[] = [];
  for (const [step, { ms, asleep }] of pauses.entries()) {
    for (const [index, { keeps, dies, startsAt }] of contenders.entries())
      if (startsAt === step) works.push(contest.runs(index, keeps, dies));
    await turns.take();
    contest.pass(ms, asleep);
    await contest.check();
  }
  contest.stop.abort(new Error('over'));
  assert.equal(new Set(contest.tokens).size, contest.tokens.length, 'no token is given twice');
  await turns.takeAll(works, () => contest.pass(1_000));
}

export function leaseInterleavingCases(cellOf: CellOf): Cases {
  return {
    'lease: at no moment, in any interleaving of requests and time, do two owners both hold it': (world: World) =>
      interleave(world, cellOf),
  };
}

async function interleave(world: World, cellOf: CellOf): Promise<void> {
  let takenAgain = 0;
  const property = fc.asyncProperty(fc.scheduler(), history, async (scheduler, plan) => {
    const turns = new Turns(scheduler);
    const contest = new Contest(await world.driver(), turns, cellOf);
    await play(contest, turns, plan);
    if (contest.tokens.length > 1) takenAgain++;
  });
  const { leases } = world.runs;
  // Shrinking a history of hundreds of turns may take long.
  const timeLimit = { interruptAfterTimeLimit: 60_000, markInterruptAsFailure: true };
  await fc.assert(property, { numRuns: leases, ...timeLimit });
  // The histories were not empty: in many of them the lease had one owner after another.
  assert(takenAgain >= Math.floor(leases / 4), `the lease changed hands in ${takenAgain} of ${leases} histories`);
}
