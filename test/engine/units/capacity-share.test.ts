import fc from 'fast-check';
import type { Clock } from '../../../src/clock.js';
import { CapacityShare, hasCeiling, shareOf } from '../../../src/engine/units/capacity-share.js';
import { pauseForCapacity } from '../../../src/engine/units/pause.js';
import { withDefaults } from '../../../src/settings.js';
import { ManualClock } from '../../support/manual-clock.js';

/** A clock that moves on when somebody sleeps, and no more. */
class SleepersClock extends ManualClock {
  sleptMs = 0;
  override sleep(ms: number): Promise<void> {
    this.sleptMs += ms;
    this.advance(ms);
    return Promise.resolve();
  }
}

const endless = { remainingMs: () => Number.POSITIVE_INFINITY };
const undisturbed = { ending: () => false, awake: () => Promise.resolve() };
const pause = (share: CapacityShare, clock: Pick<Clock, 'sleep'>): Promise<boolean> =>
  pauseForCapacity(share, clock, endless, undisturbed);

describe('the share of a unit', () => {
  test.each([
    [{}, 8, { readUnits: undefined, writeUnits: undefined }],
    [{ readUnitsPerSecond: 100 }, 20, { readUnits: 100 / 8, writeUnits: undefined }],
    [{ readUnitsPerSecond: 100, writeUnitsPerSecond: 10, concurrency: 4 }, 20, { readUnits: 25, writeUnits: 2.5 }],
    [{ writeUnitsPerSecond: 10 }, 2, { readUnits: undefined, writeUnits: 5 }],
    [{ writeUnitsPerSecond: 10 }, 0, { readUnits: undefined, writeUnits: 10 }],
  ])('of %j among %d units', (settings, units, share) => {
    expect(shareOf(withDefaults(settings), units)).toEqual(share);
    expect(hasCeiling(withDefaults(settings))).toBe(Object.keys(settings).length > 0);
  });
});

/** Units one after the other, as one worker takes them: each the steps that it takes, how long they work and what they cost. */
const worked = fc.array(
  fc.array(
    fc.record({
      workMs: fc.integer({ min: 0, max: 5_000 }),
      readUnits: fc.integer({ min: 0, max: 2_000 }),
      writeUnits: fc.oneof(fc.integer({ min: 0, max: 2_000 }), fc.double({ min: 0, max: 1, noNaN: true })),
    }),
    { maxLength: 12 },
  ),
  { minLength: 1, maxLength: 4 },
);
const perSecond = fc.record({
  readUnits: fc.option(fc.double({ min: 20, max: 3_000, noNaN: true }), { nil: undefined }),
  writeUnits: fc.option(fc.double({ min: 20, max: 3_000, noNaN: true }), { nil: undefined }),
});
/** For sums of floating-point numbers. */
const roundingError = 1e-6;

describe('what a worker spends', () => {
  test('in any window is at most the share of it, one second more, and one step', async () => {
    await fc.assert(
      fc.asyncProperty(worked, perSecond, async (units, rates) => {
        const clock = new SleepersClock();
        const spent: { at: number; readUnits: number; writeUnits: number }[] = [];
        for (const steps of units) {
          const share = new CapacityShare(rates, clock);
          for (const { workMs, ...cost } of steps) {
            clock.advance(workMs);
            spent.push({ at: clock.monotonic(), ...cost });
            share.spend(cost);
            await pause(share, clock);
          }
          expect(share.owed).toBeUndefined();
        }
        for (const kind of ['readUnits', 'writeUnits'] as const) {
          const rate = rates[kind];
          if (rate === undefined) continue;
          const largest = Math.max(0, ...spent.map((step) => step[kind]));
          let mostAbove = 0;
          for (const [at, first] of spent.entries()) {
            let sum = 0;
            for (const step of spent.slice(at)) {
              sum += step[kind];
              const allowed = (rate * (step.at - first.at + 1_000)) / 1_000 + largest;
              mostAbove = Math.max(mostAbove, (sum - allowed) / (1 + sum));
            }
          }
          expect(mostAbove).toBeLessThan(roundingError);
        }
      }),
    );
  });

  test('until a unit has ended is at most its share of the time that it took, and nobody sleeps longer than that needs', async () => {
    await fc.assert(
      fc.asyncProperty(worked, fc.double({ min: 20, max: 3_000, noNaN: true }), async ([steps = []], writeUnits) => {
        const clock = new SleepersClock();
        const share = new CapacityShare({ readUnits: undefined, writeUnits }, clock);
        let spent = 0;
        for (const { workMs, ...cost } of steps) {
          clock.advance(workMs);
          share.spend(cost);
          spent += cost.writeUnits;
          await pause(share, clock);
        }
        const needMs = (spent / writeUnits) * 1_000;
        expect(clock.monotonic()).toBeGreaterThanOrEqual(needMs * (1 - roundingError));
        // A pause is whole milliseconds.
        expect(clock.sleptMs).toBeLessThanOrEqual(needMs * (1 + roundingError) + steps.length);
      }),
    );
  });

  test('and could not pay for in a call is paid for by the next', async () => {
    const clock = new SleepersClock();
    const first = new CapacityShare({ readUnits: 10, writeUnits: 5 }, clock);
    first.spend({ readUnits: 300, writeUnits: 5_000 });
    clock.advance(20_000);
    expect(first.pauseMs()).toBe(980_000);
    expect(first.owed).toEqual({ readUnits: 100, writeUnits: 4_900 });
    const next = new CapacityShare({ readUnits: 20, writeUnits: undefined }, clock, first.owed);
    // A ceiling that was lifted meanwhile is forgotten.
    expect(next.owed).toEqual({ readUnits: 100, writeUnits: 0 });
    await pause(next, clock);
    expect(clock.sleptMs).toBe(5_000);
  });
});

describe('a pause', () => {
  const owing = (clock: Pick<Clock, 'monotonic'>, writeUnits: number): CapacityShare => {
    const share = new CapacityShare({ readUnits: undefined, writeUnits: 10 }, clock);
    share.spend({ readUnits: 0, writeUnits });
    return share;
  };

  test('comes to its end with a clock that stands still, goes back or leaps', async () => {
    const leaps = fc.array(fc.constantFrom(0, 0, -1, -86_400_000, 1_000, 86_400_000), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(leaps, fc.integer({ min: 1, max: 2_000 }), async (by, writeUnits) => {
        let [asked, now, naps] = [0, 0, 0];
        const clock = {
          monotonic: () => (now += by[asked++ % by.length] ?? 0),
          sleep: () => Promise.resolve(void naps++),
        };
        expect(await pause(owing(clock, writeUnits), clock)).toBe(true);
        expect(naps).toBeLessThanOrEqual(Math.ceil(writeUnits / 10));
      }),
    );
  });

  test('ends with the call, in naps that leave it the time to end', async () => {
    const clock = new SleepersClock();
    const call = { remainingMs: () => 4_000 - clock.monotonic() };
    const ending = (): boolean => call.remainingMs() < 1_000;
    const share = owing(clock, 5_000);
    expect(await pauseForCapacity(share, clock, call, { ...undisturbed, ending })).toBe(false);
    expect(call.remainingMs()).toBeGreaterThan(850);
    expect(share.owed?.writeUnits).toBeGreaterThan(4_960);
  });

  test('is ended by what its owner learns meanwhile', async () => {
    const clock = new SleepersClock();
    const awake = (): Promise<void> => (clock.sleptMs < 3_000 ? Promise.resolve() : Promise.reject(new Error('lost')));
    const pausing = pauseForCapacity(owing(clock, 5_000), clock, endless, { ...undisturbed, awake });
    await expect(pausing).rejects.toThrow('lost');
    expect(clock.sleptMs).toBe(3_000);
  });
});
