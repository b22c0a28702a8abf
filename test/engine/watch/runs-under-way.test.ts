import { RunsUnderWay } from '../../../src/engine/watch/runs-under-way.js';
import type { Ledger, RunRecord } from '../../../src/ledger/ledger.js';
import { withTestLedgers } from '../../support/copy-run.js';
import { SkippingClock } from './skipping-clock.js';

let ledger: Ledger;
withTestLedgers(1, ([only]) => (ledger = only));

const now = Date.UTC(2026, 10, 20, 12);
const minute = 60_000;
const day = 24 * 60 * minute;

async function record(id: string, ageMs: number, end?: 'failed' | 'succeeded', endAgeMs = ageMs): Promise<void> {
  const startedAt = new Date(now - ageMs).toISOString();
  await ledger.startRun({ run: id, input: null, who: 'anna', where: 'here', startedAt });
  const endedAt = new Date(now - endAgeMs).toISOString();
  if (end !== undefined) await ledger.changeRun(id, { status: end, endedAt });
}

const ids = (runs: readonly RunRecord[]): string[] => runs.map(({ run }) => run).sort();

/** The ledger, and how many runs were read of it. */
function counting(): { ledger: Ledger; read(): number } {
  let read = 0;
  return {
    read: () => read,
    ledger: {
      ...ledger,
      run: (id) => (read++, ledger.run(id)),
      async *runs() {
        for await (const run of ledger.runs()) yield (read++, run);
      },
    },
  };
}

describe('the runs that are under way', () => {
  test('are those of four weeks that have not ended, each look at the price of what may have changed', async () => {
    for (let age = 1; age <= 40; age++) await record(`nightly-${age}`, age * day, 'succeeded');
    await record('forgotten', 30 * day);
    await record('long', 13 * day);
    await record('failed', 5 * day, 'failed');
    await record('over', 2 * minute, 'succeeded', minute);
    await record('new', minute);
    const clock = new SkippingClock(now);
    const counted = counting();
    const under = new RunsUnderWay({ ledger: counted.ledger, clock });
    const first = await under.look();
    expect([ids(first.running), ids(first.justEnded)]).toEqual([['long', 'new'], ['over']]);
    expect(counted.read()).toBe(29 + 4 + 1);

    clock.wall += 5 * minute;
    await record('newer', -minute);
    const before = counted.read();
    const second = await under.look();
    expect(ids(second.running)).toEqual(['long', 'new', 'newer']);
    // Three that were started in the last hour, one that ends the listing, and the two that may change.
    expect(counted.read() - before).toBe(3 + 1 + 2);

    clock.wall += 5 * minute;
    await ledger.changeRun('failed', { status: 'running', endedAt: null, redrives: 1 });
    await ledger.changeRun('long', { status: 'succeeded', endedAt: new Date(clock.wall).toISOString() });
    const third = await under.look();
    expect([ids(third.running), ids(third.justEnded)]).toEqual([['failed', 'new', 'newer'], ['long']]);
  });

  test('stay listed for as long as they run', async () => {
    const clock = new SkippingClock(now);
    const under = new RunsUnderWay({ ledger, clock });
    await record('endless', 20 * day);
    await under.look();
    clock.wall += 60 * day;
    expect(ids((await under.look()).running)).toContain('endless');
  });

  test('are all seen by the look after one that failed', async () => {
    const clock = new SkippingClock(now);
    let fails = true;
    const failing: Ledger = {
      ...ledger,
      runs: () => {
        if (fails) throw new Error('the ledger does not answer');
        return ledger.runs();
      },
    };
    const under = new RunsUnderWay({ ledger: failing, clock });
    await record('waiting', 3 * day);
    await expect(under.look()).rejects.toThrow('does not answer');
    fails = false;
    expect(ids((await under.look()).running)).toContain('waiting');
  });
});
