import { Backoff } from '../../src/kv/retry-policy.js';
import { ManualClock } from '../support/manual-clock.js';

/** The waits after each of `count` failed tries. */
async function waits(random: () => number, count: number): Promise<number[]> {
  const slept: number[] = [];
  const clock = new ManualClock();
  clock.sleep = async (ms) => void slept.push(ms);
  const backoff = new Backoff({ attempts: count + 1, baseMs: 100, capMs: 1_000 }, { clock, random });
  for (let attempt = 1; attempt <= count; attempt++) expect(await backoff.again(attempt)).toBe(true);
  expect(await backoff.again(count + 1)).toBe(false);
  return slept;
}

describe('backoff', () => {
  test('doubles the longest wait up to its cap, and ends after its attempts', async () => {
    expect(await waits(() => 1, 6)).toEqual([100, 200, 400, 800, 1_000, 1_000]);
  });

  test('waits any part of it, so that those who collided spread out', async () => {
    expect(await waits(() => 0, 3)).toEqual([0, 0, 0]);
    expect(await waits(() => 0.5, 3)).toEqual([50, 100, 200]);
  });
});
