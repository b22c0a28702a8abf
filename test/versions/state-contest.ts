import { LeaseLostError, LockHeldError } from '../../src/errors.js';
import type { KeyValueStore } from '../../src/kv/key-value-store.js';
import { acquireLease, holdLease, releaseLease, type HeldLease } from '../../src/kv/lease.js';
import { changeStateAsOwner, stateLeaseCell, type StateEntry } from '../../src/versions/state-entry.js';
import { ManualClock, runWith } from '../support/manual-clock.js';

const durationMs = 6_000;
const requestTimeoutMs = 1_000;
/** What owners do at the end of their turn, one after the other. */
const endings = ['releases', 'is paused', 'dies', 'has a clock that stands still'] as const;

/** Runs that contend for a database and write to its state entry while they own it, for a number of turns. */
export class StateContest {
  /** Every write that was acknowledged, as it was written. */
  readonly writes: StateEntry[] = [];
  /** Writes that came after the owner's time, and were refused. */
  refused = 0;
  /** The most owners that might send something at one moment. */
  mostAtOnce = 0;
  readonly #clock = new ManualClock();
  readonly #stop = new AbortController();
  /** Whose clock runs: a clock that stands still never says that a time is over. */
  readonly #holders = new Set<HeldLease>();
  #turns = 0;

  constructor(
    private readonly kv: KeyValueStore,
    private readonly mostTurns: number,
  ) {}

  /** Ends when all turns were had. Throws what no contender may meet. */
  async play(contenders: number): Promise<void> {
    const works = Array.from({ length: contenders }, (_each, index) => this.contend(`run ${index}`));
    await runWith(this.#clock, 500, works);
    await Promise.all(works);
  }

  private async contend(name: string): Promise<void> {
    for (let attempt = 0; !this.#stop.signal.aborted; attempt++)
      try {
        await this.turn(`${name}.${attempt}`);
      } catch (error) {
        if (error instanceof LeaseLostError) this.refused++;
        else if (!(error instanceof LockHeldError) && !this.#stop.signal.aborted) throw error;
      }
  }

  private async turn(owner: string): Promise<void> {
    const [cell, clock] = [stateLeaseCell(this.kv), this.#clock];
    const { signal } = this.#stop;
    const { token } = await acquireLease(cell, { owner, who: 'ann', where: 'laptop', durationMs, clock, signal });
    const ending = endings[this.#turns++ % endings.length];
    if (this.#turns === this.mostTurns) this.#stop.abort(new Error('all turns were had'));
    const own = ending === 'has a clock that stands still' ? new ManualClock() : clock;
    const held = holdLease({ cell, owner, token, durationMs, requestTimeoutMs, clock: own });
    if (own === clock) this.#holders.add(held);
    for (let write = 0; write < 3; write++) {
      await held.keep();
      await this.write(held);
      await clock.sleep(1_000);
    }
    held.assertMaySend();
    if (ending === 'dies') return;
    if (ending !== 'releases') await clock.sleep(3 * durationMs);
    await this.write(held);
    this.#holders.delete(held);
    await releaseLease(cell, { owner, token }, { clock });
  }

  /** Without a look at the own clock: whoever was paused may have looked before. */
  private async write(held: HeldLease): Promise<void> {
    const atOnce = [...this.#holders].filter((holder) => holder.validForMs() > 0).length;
    this.mostAtOnce = Math.max(this.mostAtOnce, atOnce);
    const written = await changeStateAsOwner(
      this.kv,
      held,
      (state) => ({ ...state, version: state.version + 1, active: { writer: String(held.token) } }),
      { clock: this.#clock },
    );
    this.writes.push(written);
  }
}
