import { underHeartbeat } from '../../../src/engine/leases/heartbeat.js';
import type { RunStatus } from '../../../src/engine/status/run-status.js';
import { isSilent } from '../../../src/engine/status/signs-of-life.js';
import type { HeldLease } from '../../../src/kv/lease.js';
import { withDefaults } from '../../../src/settings.js';
import { ManualClock } from '../../support/manual-clock.js';

const last = Date.UTC(2026, 10, 2, 8);
const found = (status: string): RunStatus =>
  ({ run: { status }, tables: [], lastSignAt: new Date(last).toISOString() }) as unknown as RunStatus;

describe('a run that is recorded as running', () => {
  test('is silent when a checkpoint, the lease and a margin have gone by without a sign of it', () => {
    const settings = withDefaults({ leaseMs: 30_000, checkpointAtMostMs: 60_000 });
    expect([0, 60_000, 120_000, 120_001].map((ms) => isSilent(found('running'), settings, last + ms))).toEqual([
      false,
      false,
      false,
      true,
    ]);
  });

  test.each(['succeeded', 'failed'])('and then as %s is over, not silent', (status) => {
    expect(isSilent(found(status), withDefaults(), last + 86_400_000)).toBe(false);
  });
});

describe('a step that works for long and writes nothing', () => {
  const held = { keep: () => Promise.resolve() } as unknown as HeldLease;

  async function signsIn(seconds: number, give: () => Promise<void>): Promise<number> {
    const clock = new ManualClock();
    let signs = 0;
    const sign = { everyMs: 60_000, give: () => (signs++, give()) };
    let end = (): void => undefined;
    const work = new Promise<void>((resolve) => (end = resolve));
    const done = underHeartbeat({ held, settings: { leaseMs: 30_000 } }, clock, () => work, sign);
    for (let second = 0; second < seconds; second++) {
      clock.advance(1_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    end();
    clock.advance(0);
    const ended = done.then(() => undefined);
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(1);
    await ended;
    return signs;
  }

  test('gives a sign of life as often as units save checkpoints', async () => {
    expect(await signsIn(50, () => Promise.resolve())).toBe(0);
    expect(await signsIn(200, () => Promise.resolve())).toBe(3);
  });

  test('does not suffer when the ledger does not take it', async () => {
    expect(await signsIn(130, () => Promise.reject(new Error('no answer')))).toBe(2);
  });
});
