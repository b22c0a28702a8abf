import fc from 'fast-check';
import { estimateCopy, type Workload } from '../../src/estimates/copy-estimate.js';
import { assumed } from '../../src/estimates/deployment.js';
import { onDemand } from '../../src/estimates/scale-parts.js';
import { withDefaults } from '../../src/settings.js';

/** 10 GB of items of 1 KB. */
const tenGb: Workload = { items: 9_765_625, itemBytes: 1024, capacity: onDemand, settings: withDefaults() };

describe('the estimate of a copy', () => {
  test('has units at a time write all partitions of a small table', () => {
    const { migrate } = estimateCopy(tenGb);
    // 9,765,625 / 200,000 segments; 4,000 write units are 4 partitions, each of which one of any 8 units lies in.
    expect(migrate).toMatchObject({ units: 49, workers: 8, itemsPerSecond: 4_000, boundBy: 'writes of 4 partitions' });
    expect(migrate.seconds).toBeCloseTo(2_441.406);
    // 8 · 2,441.4 s / 49 units = 398.6 s of calls that work for 810 s.
    expect([migrate.calls, migrate.mostCalls]).toEqual([1, 1]);
    // A unit's 500 items/s are 20.49 requests/s: 500 take 24.4 s, so a checkpoint each 24.4 s, and one at the end of each call.
    expect(migrate.checkpoints).toBe(Math.ceil((8 * 2_441.406) / (1 / (1 / 25 + 1 / 1024))) + 49);
  });

  test('has functions bound validation, which reads both tables at the same time, split alike', () => {
    const { validate, migrate, seconds } = estimateCopy(tenGb);
    expect(validate).toMatchObject({ units: 98, workers: 8, boundBy: '8 functions at a time', calls: 1 });
    // 62 µs at 285 bytes are 222.8 µs at 1,024, in half of the time: 2,244.5 a second, by eight.
    expect(validate.itemsPerSecond).toBeCloseTo(17_956.14, 1);
    expect(validate.seconds).toBeCloseTo((2 * 9_765_625) / 17_956.14, 1);
    expect(seconds).toBeCloseTo(migrate.seconds + validate.seconds + assumed.stepCalls * assumed.stepSeconds);
  });

  test('has each unit write a partition of its own where a table has many', () => {
    const large = {
      ...tenGb,
      items: 1e9,
      capacity: { mode: 'provisioned', readUnits: 40_000, writeUnits: 40_000 },
    } as const;
    expect(estimateCopy(large).migrate).toMatchObject({ units: 1_000, boundBy: 'writes of 8 partitions' });
    // Of forty at a time some meet in a partition, unless there is one for each.
    const wide = { ...large, settings: withDefaults({ concurrency: 40 }) };
    expect(estimateCopy(wide).migrate).toMatchObject({ units: 1_000, boundBy: 'writes of 32 partitions' });
    const widest = { ...large, settings: withDefaults({ concurrency: 40, segments: 40 }) };
    expect(estimateCopy(widest).migrate).toMatchObject({ units: 40, itemsPerSecond: 40_000 });
  });

  test("has the table's capacity bound what has partitions enough", () => {
    const capacity = { mode: 'provisioned', readUnits: 40_000, writeUnits: 6_000 } as const;
    expect(estimateCopy({ ...tenGb, capacity }).migrate).toMatchObject({
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
