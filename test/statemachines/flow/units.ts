import { setImmediate } from 'node:timers/promises';
import {
  all,
  allWith,
  answers,
  answersOf,
  begun,
  cause,
  failing,
  inTurn,
  phases,
  recorded,
  type Follow,
} from './answers.js';

/** The ways of a unit within each of the Maps. */
export function units(follow: Follow): void {
  test.each(phases)(
    'of %s is called again while another call works on it, and while there is more to do',
    async (phase) => {
      const [unit, next, busy] = [`${phase}Unit`, `${phase}UnitNext`, `${phase}UnitBusy`];
      const answer = inTurn({ status: 'busy' }, { status: 'more' }, { status: 'done' });
      const flow = await follow(answersOf(phase, [0], { [unit]: answer }));
      expect(flow).toMatchObject({ failed: false, path: allWith(phase) });
      expect(flow.within).toEqual([unit, next, busy, unit, next, unit, next, `${phase}UnitEnd`]);
      expect(flow.childEvents).toBe(2 + (5 + 2 + 2) + (5 + 2) + (5 + 2) + 2);
    },
  );

  test.each(phases)('of %s that has failed is not called again', async (phase) => {
    const flow = await follow(answersOf(phase, [0], { [`${phase}Unit`]: () => ({ status: 'failed' }) }));
    expect(flow).toMatchObject({ failed: false, path: allWith(phase) });
    expect(flow.within).toEqual([`${phase}Unit`, `${phase}UnitNext`, `${phase}UnitEnd`]);
  });

  test.each(phases)('of %s whose function fails is recorded, and the others go on', async (phase) => {
    const unit = ({ unit: number }: { readonly unit: number }): unknown =>
      number === 3 ? failing('TypeError')() : { status: 'done' };
    const { answers: recording, events } = recorded(answersOf(phase, [3, 4], { [`${phase}Unit`]: unit }));
    const flow = await follow(recording);
    expect(flow).toMatchObject({ failed: false, path: allWith(phase) });
    const error = { Error: 'TypeError', Cause: cause };
    expect(events[`${phase}UnitFailed`]).toEqual([{ run: begun, unit: 3, phase: phase.toLowerCase(), error }]);
    const [failed, done] = [`${phase}UnitFailed`, `${phase}UnitNext`];
    expect(flow.within.toSorted()).toEqual(
      [`${phase}Unit`, failed, `${phase}UnitEnd`, `${phase}Unit`, done, `${phase}UnitEnd`].toSorted(),
    );
  });

  test.each(phases)('of %s whose failure cannot be recorded does not keep Judge from being asked', async (phase) => {
    const [unit, failed] = [`${phase}Unit`, `${phase}UnitFailed`];
    const fails = { [unit]: failing('TypeError'), [failed]: failing('LeaseLostError') };
    const flow = await follow(answersOf(phase, [0], fails));
    expect(flow).toMatchObject({ failed: false, path: allWith(phase) });
    expect(flow.within).toEqual([unit, failed, `${phase}UnitEnd`]);
  });

  test.each(phases)('of %s waits while as many are worked on as the run says', async (phase) => {
    let [working, most] = [0, 0];
    const unit = async (): Promise<object> => {
      most = Math.max(most, ++working);
      await setImmediate();
      working -= 1;
      return { status: 'done' };
    };
    const Begin = inTurn({ ...begun, concurrency: 2 }, { ...begun, pending: false });
    const flow = await follow(answersOf(phase, [0, 1, 2, 3, 4], { Begin, [`${phase}Unit`]: unit }));
    expect(flow).toMatchObject({ failed: false, path: allWith(phase) });
    expect(most).toBe(2);
  });

  test('is not there: each Map goes on without', async () => {
    expect(await follow(answers([]))).toMatchObject({ failed: false, path: all, within: [] });
  });
}
