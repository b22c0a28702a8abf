import fc from 'fast-check';
import { inSpreadOrder } from '../../../src/engine/units/spread-order.js';
import { maxUnits } from '../../../src/migrations/copy/segment-count.js';

/** The numbers of so many units, in the order in which they are taken. */
function taken(length: number): number[] {
  return inSpreadOrder(Array.from({ length }, (_, number) => number));
}

/** How close the closest two are of any `count` in a row. */
function leastDistance(order: readonly number[], count: number): number {
  let least = Infinity;
  for (let apart = 1; apart < count; apart++)
    for (let place = apart; place < order.length; place++)
      least = Math.min(least, Math.abs((order[place] ?? 0) - (order[place - apart] ?? 0)));
  return least;
}

describe('the order in which units are taken', () => {
  test('has each of them once', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: maxUnits }), (length) => {
        expect(taken(length).toSorted((a, b) => a - b)).toEqual(Array.from({ length }, (_, number) => number));
      }),
      { numRuns: 30 },
    );
  });

  test('is the same each time', () => expect(taken(8)).toEqual([0, 5, 2, 7, 4, 1, 6, 3]));

  test('has any that are at work together far apart', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 2_000 }), fc.integer({ min: 2, max: 40 }), (length, atATime) => {
        expect(leastDistance(taken(length), atATime)).toBeGreaterThanOrEqual(length / (3 * atATime));
      }),
      { examples: [[maxUnits, 8]] },
    );
  });

  test('has the default number at work in each quarter of a large table at any moment', () => {
    const order = taken(1_000);
    for (let place = 0; place + 8 <= order.length; place++)
      expect(new Set(order.slice(place, place + 8).map((number) => Math.floor(number / 250))).size).toBe(4);
  });

  test('keeps those far apart that are left when some are done', () => {
    const left = taken(1_000).filter((number) => number % 3 !== 0);
    const order = inSpreadOrder(left.toSorted((a, b) => a - b));
    expect(leastDistance(order, 8)).toBeGreaterThanOrEqual(left.length / 24);
  });

  test('changes neither what is in a list nor how long it is as JSON', () => {
    expect(JSON.stringify(taken(maxUnits))).toHaveLength(JSON.stringify(taken(maxUnits).toSorted()).length);
    expect(inSpreadOrder(['a', 'b', 'c'])).toEqual(['a', 'c', 'b']);
  });
});
