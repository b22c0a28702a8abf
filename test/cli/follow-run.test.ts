import { startCountingProxy } from '../../bench/counting-proxy.js';
import { followRun, pauseAfterLook } from '../../src/cli/follow-run.js';
import { changeAttempt, scopes } from '../../src/engine/attempts/attempt-record.js';
import { testLedger } from '../support/copy-run.js';
import { testDynamodb } from '../support/dynamodb.js';
import { ManualClock } from '../support/manual-clock.js';

describe('following a run', () => {
  test('sends less than one request a second to the ledger of a small run, and shows it at each look', async () => {
    const engine = await testDynamodb();
    const proxy = await startCountingProxy(engine.endpoint);
    const ledger = await testLedger(proxy.endpoint);
    await ledger.startRun({ run: 'r', input: null, who: 'a', where: 'b', startedAt: '2026-11-02T08:00:00.000Z' });
    const works = Array.from({ length: 16 }, (_, unit) => ({ unit, table: 'things', work: null }));
    await ledger.planUnits(scopes.migrate('r'), works);
    await changeAttempt(ledger, { attempt: 'r', token: 1 }, { token: 1, migrate: 16 });
    await ledger.changeRun('r', { attempt: 'r', token: 1, step: 'migrate' });
    const clock = new ManualClock();
    let shown = 0;
    const progress = { show: () => void shown++, stop: () => undefined };
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    const before = requests();
    const following = followRun(ledger, 'r', progress, clock, ended);
    for (let second = 0; second < 60; second++) {
      clock.advance(1_000);
      while (clock.sleeping === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    end();
    await following;
    expect(shown).toBeGreaterThanOrEqual(20);
    expect(requests() - before).toBeLessThan(60);
    await ledger.close();
    await proxy.stop();
    await engine.stop();

    function requests(): number {
      return [...proxy.counts.values()].reduce((all, one) => all + one, 0);
    }
  });

  test('looks less often where a look takes long', () => {
    expect([0, 10, 150, 1_000].map(pauseAfterLook)).toEqual([3_000, 3_000, 3_000, 20_000]);
  });
});
