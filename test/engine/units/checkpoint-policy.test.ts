import { checkpointDue } from '../../../src/engine/units/checkpoint-policy.js';
import { withDefaults } from '../../../src/settings.js';

const settings = withDefaults({ checkpointMs: 2_000, checkpointRequests: 500, checkpointAtMostMs: 60_000 });
const due = (pace: Parameters<typeof checkpointDue>[1], elapsedMs: number, requests: number): boolean =>
  checkpointDue(settings, pace, { elapsedMs, requests });

test.each([
  ['each', 0, 0, true],
  ['frequent', 2_000, 499, false],
  ['frequent', 1_999, 500, false],
  ['frequent', 2_000, 500, true],
  ['timed', 1_999, 9_999, false],
  ['timed', 2_000, 0, true],
  ['rare', 59_999, 9_999, false],
  ['rare', 60_000, 0, true],
  ['frequent', 60_000, 0, true],
] as const)(
  'a checkpoint of the pace %s is after %d ms and %d requests due: %s',
  (pace, elapsedMs, requests, isDue) => {
    expect(due(pace, elapsedMs, requests)).toBe(isDue);
  },
);
