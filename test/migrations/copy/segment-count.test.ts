import fc from 'fast-check';
import { maxUnits, mostSegments, segmentCount } from '../../../src/migrations/copy/segment-count.js';
import { withDefaults } from '../../../src/settings.js';
import type { TableDescription } from '../../../src/stores/store.js';

const settings = withDefaults({ concurrency: 8 });
const gibibyte = 1024 ** 3;

function segments(known: { items?: number; sizeBytes?: number }, with_ = settings): number {
  const key = [{ name: 'id', type: 'S' }] as const;
  return segmentCount(
    { name: 't', identity: 'i', key, attributes: {}, ...known } as unknown as TableDescription,
    with_,
  );
}

describe('the number of segments', () => {
  test.each([
    { known: { items: 100 }, count: 1 },
    { known: { items: 100_000 }, count: 2 },
    { known: { items: 1_000_000 }, count: 8 },
    { known: { items: 10_000_000 }, count: 50 },
    { known: { items: 10_000_000_000 }, count: 1_000 },
    { known: { items: 10, sizeBytes: gibibyte }, count: 8 },
    { known: { items: 10, sizeBytes: 100 * gibibyte }, count: 200 },
  ])('is $count for $known', ({ known, count }) => expect(segments(known)).toBe(count));

  test('is what the settings say where they say something', () =>
    expect(segments({ items: 10 }, { ...settings, segments: 3 })).toBe(3));

  test('takes an estimate of zero for no knowledge', () => {
    expect(segments({ items: 0, sizeBytes: 0 })).toBe(4);
    expect(segments({})).toBe(4);
  });
});

describe('the most segments of each of several tables', () => {
  test.each([
    { wanted: [1_000, 4, 1], most: maxUnits },
    { wanted: Array.from({ length: 20 }, () => 1_000), most: 500 },
    { wanted: [...Array.from({ length: 20 }, () => 1_000), ...Array.from({ length: 1_000 }, () => 2)], most: 400 },
    { wanted: Array.from({ length: 3_000 }, () => 4), most: 3 },
    { wanted: [6_000, 6_000], most: 5_000 },
  ])('is $most', ({ wanted, most }) => expect(mostSegments(wanted, maxUnits)).toBe(most));

  test('keeps them within the units that there are, gives way to none needlessly, and leaves each one', () => {
    const tables = fc.array(fc.integer({ min: 1, max: 2_000 }), { minLength: 1, maxLength: 100 });
    fc.assert(
      fc.property(tables, fc.integer({ min: 0, max: maxUnits }), (wanted, more) => {
        const units = wanted.length + more;
        const most = mostSegments(wanted, units);
        const sum = (of: number): number => wanted.reduce((all, count) => all + Math.min(count, of), 0);
        expect(most).toBeGreaterThanOrEqual(1);
        expect(sum(most)).toBeLessThanOrEqual(units);
        expect(sum(most + 1) > units || sum(most) === sum(Infinity)).toBe(true);
      }),
    );
  });
});
