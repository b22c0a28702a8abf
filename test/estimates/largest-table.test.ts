import { readFile } from 'node:fs/promises';
import { estimateCopy } from '../../src/estimates/copy-estimate.js';
import { bounds, largestTable } from '../../src/estimates/largest-table.js';
import { onDemand } from '../../src/estimates/scale-parts.js';
import { withDefaults } from '../../src/settings.js';

const definition = JSON.parse(await readFile('statemachines/migration.asl.json', 'utf8')) as unknown;
const base = { itemBytes: 1024, capacity: onDemand, settings: withDefaults() };

describe('the largest table', () => {
  test.each([{}, { segments: 8 }, { segments: 1 }, { segments: 4, concurrency: 100 }])(
    'keeps every limit, and one percent more breaks one, with %j',
    (settings) => {
      const work = { ...base, settings: withDefaults(settings) };
      const all = bounds(definition);
      const items = largestTable(work, all) ?? 0;
      const broken = (of: number): string[] => {
        const copy = estimateCopy({ ...work, items: of });
        return all.filter(({ used, most }) => used(copy) > most).map(({ name }) => name);
      };
      expect(items).toBeGreaterThan(0);
      expect(broken(items)).toEqual([]);
      expect(broken(items * 1.01)).not.toEqual([]);
    },
  );

  test('is, by default, what four partitions take in fourteen days, and both sides are read in', () => {
    // 1/4,000 s an item to write, 2/17,956 to read it twice by eight functions: 0.3614 ms; 1,209,600 s less twenty minutes.
    expect(largestTable(base, bounds(definition))).toBe(3_340_000_000);
  });

  test('is bound by the history of one long unit where nothing else bounds it', () => {
    const events = bounds(definition).filter(({ name }) => name === 'History of a unit of Migrate');
    const items = largestTable({ ...base, settings: withDefaults({ segments: 1 }) }, events) ?? 0;
    // (25,000 - 4) / (7 + 3) calls of 810 s at 1,000 items/s, half of it for the segment that is twice the mean.
    expect(items / ((2_499 * 810 * 1_000) / 2)).toBeCloseTo(1, 2);
  });

  test('is bound by no size where a limit does not grow with it', () => {
    const units = bounds(definition).filter(({ name }) => name === 'Units of a phase');
    expect(largestTable(base, units)).toBeUndefined();
    expect(largestTable({ ...base, settings: withDefaults({ segments: 9_000 }) }, units)).toBeLessThan(10);
  });
});
