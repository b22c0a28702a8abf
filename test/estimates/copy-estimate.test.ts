import fc from 'fast-check';
import { estimateCopy, type Workload } from '../../src/estimates/copy-estimate.js';
import { assumed } from '../../src/estimates/deployment.js';
import { onDemand } from '../../src/estimates/scale-parts.js';
import { withDefaults } from '../../src/settings.js';

/** 10 GB of items of 1 KB. */
const tenGb: Workload = { items: 9_765_625, itemBytes: 1024, capacity: onDemand, settings: withDefaults() };

describe('the estimate of a copy', () => {
  test('has units side by side write one partition', () => {
    const { migrate } = estimateCopy(tenGb);
    // 9,765,625 / 200,000 segments; 4 partitions · 8 / 49 of the range, so one; 1,000 writes a second.
    expect(migrate).toMatchObject({ units: 49, workers: 8, itemsPerSecond: 1_000, boundBy: 'writes of one partition' });
    expect(migrate.seconds).toBeCloseTo(9_765.625);
    // 8 · 9,765.6 s / 49 units = 1,594 s of calls that work for 810 s.
    expect([migrate.calls, migrate.mostCalls]).toEqual([2, 4]);
    // A unit's 125 items/s are 5.12 requests/s: 500 take 97.6 s, so a checkpoint each 60 s, and one at the end of each call.
    expect(migrate.checkpoints).toBe(Math.ceil((8 * 9_765.625) / 60) + 49 * 2);
  });

  test('has functions bound the validation of a target that is not counted yet', () => {
    const { source, target, migrate, seconds } = estimateCopy(tenGb);
    expect(source).toMatchObject({ units: 49, itemsPerSecond: 12_000, boundBy: 'reads of one partition', calls: 1 });
    expect(target).toMatchObject({ units: 4, workers: 4, boundBy: '4 functions at a time' });
    // 62 µs at 285 bytes are 222.8 µs at 1,024, in half of the time: 2,244.5 a second, by four.
    expect(target.itemsPerSecond).toBeCloseTo(8_978.07, 1);
    expect(seconds).toBeCloseTo(
      migrate.seconds + source.seconds + target.seconds + assumed.stepCalls * assumed.stepSeconds,
    );
  });

  test('has each unit write a partition of its own where there is one unit a worker', () => {
    const { migrate } = estimateCopy({ ...tenGb, settings: withDefaults({ segments: 8 }) });
    expect(migrate).toMatchObject({ units: 8, itemsPerSecond: 4_000 });
    const capacity = { mode: 'provisioned', readUnits: 40_000, writeUnits: 6_000 } as const;
    expect(estimateCopy({ ...tenGb, capacity, settings: withDefaults({ segments: 8 }) }).migrate).toMatchObject({
      itemsPerSecond: 6_000,
      boundBy: "the table's write capacity",
    });
  });

  test('never takes less time for more items, or for larger ones', () => {
    const settings = withDefaults({ segments: 16, concurrency: 16 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e9 }), fc.integer({ min: 1, max: 400 * 1024 }), (items, itemBytes) => {
        const { seconds } = estimateCopy({ ...tenGb, items, itemBytes, settings });
        expect(estimateCopy({ ...tenGb, items: items * 2, itemBytes, settings }).seconds).toBeGreaterThan(seconds);
        const larger = estimateCopy({ ...tenGb, items, itemBytes: itemBytes + 1, settings });
        expect(larger.seconds).toBeGreaterThanOrEqual(seconds);
      }),
    );
  });
});
