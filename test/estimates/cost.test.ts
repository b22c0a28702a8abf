import { readFile } from 'node:fs/promises';
import { total, type CostLine } from '../../src/estimates/cost-line.js';
import { copyCost } from '../../src/estimates/cost.js';
import { watching } from '../../src/estimates/deployment.js';
import { idleCost } from '../../src/estimates/idle-cost.js';
import { polling } from '../../src/estimates/platform.js';
import { onDemand, onePartition } from '../../src/estimates/scale-parts.js';
import { executionFlow } from '../../src/estimates/unit-flow.js';
import { withDefaults } from '../../src/settings.js';

const definition = JSON.parse(await readFile('statemachines/migration.asl.json', 'utf8')) as unknown;
/** 10 GB of items of 1 KB. */
const tenGb = { items: 9_765_625, itemBytes: 1024, settings: withDefaults() };

function dollarsOf(lines: readonly CostLine[], what: string): number {
  const found = lines.find((line) => line.what.startsWith(what));
  if (found === undefined) throw new Error(`no line ${what}`);
  return found.dollars;
}

describe('the cost of a copy of 10 GB', () => {
  test('on demand is what a person computes', () => {
    const lines = copyCost({ ...tenGb, capacity: onDemand }, definition);
    // Three times 10 GB in units of 4 KB, at 12.5 cents a million.
    expect(dollarsOf(lines, 'Reading')).toBeCloseTo(3 * 2.44140625 * 0.125, 6);
    // 9.77 million units at 62.5 cents.
    expect(dollarsOf(lines, 'Writing')).toBeCloseTo(6.103515625, 6);
    // (2,441.4 s + 1,087.7 s) · 8 · 1.7275 GB and twenty minutes of 0.5 GB: 49,374 GB-seconds.
    expect(dollarsOf(lines, 'Functions: time')).toBeCloseTo(0.6583, 3);
    // 49 units and 98 of one call each: 4 transitions, and 18 of the execution.
    expect(dollarsOf(lines, 'Step Functions')).toBeCloseTo(606 * 0.000025, 9);
    expect(total(lines)).toBeGreaterThan(7.6);
    expect(total(lines)).toBeLessThan(7.9);
  });

  test('provisioned is paid for by the hour, used or not', () => {
    const lines = copyCost({ ...tenGb, capacity: onePartition }, definition);
    // Two tables with 3,000 read units at 13 cents a thousand, one with 1,000 write units at 65, for four hours begun.
    expect(dollarsOf(lines, 'Reading')).toBeCloseTo(2 * 3 * 0.13 * 4, 6);
    expect(dollarsOf(lines, 'Writing')).toBeCloseTo(0.65 * 4, 6);
  });

  test('costs less than one percent for the ledger and the lease', () => {
    const lines = copyCost({ ...tenGb, capacity: onDemand }, definition);
    const ledger = dollarsOf(lines, 'Ledger and lease: writes') + dollarsOf(lines, 'Ledger: reads');
    expect(ledger).toBeGreaterThan(0);
    expect(ledger / (dollarsOf(lines, 'Reading') + dollarsOf(lines, 'Writing'))).toBeLessThan(0.01);
  });

  test('rounds each item up to whole write units, and no item up for reading', () => {
    const small = copyCost({ ...tenGb, itemBytes: 100, capacity: onDemand }, definition);
    expect(dollarsOf(small, 'Writing')).toBeCloseTo(6.103515625, 6);
    expect(dollarsOf(small, 'Reading')).toBeCloseTo((3 * 9.765625 * 100 * 0.125) / 4_096, 6);
  });
});

describe('a deployment that runs nothing', () => {
  test('costs what stands there', () => {
    const lines = idleCost({ inNetwork: false, withKey: false });
    // Twenty-six metrics of alarms, a dashboard, four metrics; then the watcher, and the ledger.
    const known = 2.6 + 3 + 1.2 + (0.0105 + 0.1168 + 0.0359 + 0.0438 + 0.011) + 0.45;
    expect(total(lines)).toBeCloseTo(known + 0.2628 + 0.0149, 3);
    // Five endpoints in two zones, a cent an hour.
    expect(total(idleCost({ inNetwork: true, withKey: true })) - total(lines)).toBeCloseTo(73 + 1, 6);
  });

  test('pays for a queue that is asked all the time, and next to nothing for what is called once a day', () => {
    const lines = idleCost({ inNetwork: false, withKey: false });
    // Five times three requests a minute, for 730 hours: 657,000, at 40 cents a million.
    expect(dollarsOf(lines, 'Queue')).toBeCloseTo(0.657 * 0.4, 6);
    // 30.4 calls of ten seconds of 0.5 GB, each with an hour of a metric of 30 cents a month: 1.25 cents of it.
    expect(dollarsOf(lines, 'Prune')).toBeCloseTo(0.0125 + 0.002 + 0.0003, 4);
  });
});

test('docs/cost.md tells of the numbers that the formula takes', async () => {
  const page = await readFile('docs/cost.md', 'utf8');
  expect(page).toContain(`${executionFlow(definition).transitions} transitions`);
  expect(page).toContain(`${watching.runMetrics} metrics`);
  expect(page).toContain(
    `${polling.atATime} requests at a time, of which each waits for ${polling.waitSeconds} seconds`,
  );
});
