import { execution, input, type Answers } from '../stand-ins.js';
import { all, allWith, answers, begun, failing, inTurn, recorded, run, type Follow } from './answers.js';

const units = (...given: readonly number[]): object => ({ done: true, units: given });
const judged = (next: string, ...given: readonly number[]): object => ({ next, units: given, located: false });

const ends: [string, Answers, readonly string[]][] = [
  ['ends where nothing is pending, or after a dry run', { Begin: () => ({ ...run, pending: false }) }, ['Begin']],
  ['validates what has no unit to be carried', { Setup: () => units() }, all],
  [
    'has Locate name the keys, and judges again',
    { Judge: inTurn(judged('locate', 0), judged('complete')) },
    allWith('Locate'),
  ],
  [
    'begins another round',
    { Judge: inTurn(judged('setup'), judged('complete')) },
    [...all.slice(0, 6), ...all.slice(1)],
  ],
  [
    'judges in several calls, and completes nothing where there is nothing to complete',
    { Judge: inTurn(judged('judge'), judged('cleanup')) },
    ['Begin', 'Setup', 'Migrate', 'Expect', 'Validate', 'Judge', 'Judge', 'Cleanup', 'Begin'],
  ],
];

/** The ways of an execution in which no function fails. */
export function branches(follow: Follow): void {
  test.each(ends)('%s', async (_what, more, path) => {
    expect(await follow(answers(undefined, more))).toMatchObject({ failed: false, path });
  });

  test.each(['Setup', 'Expect', 'Complete', 'Cleanup'])('waits and calls %s again until it is done', async (step) => {
    const flow = await follow(answers([0], { [step]: inTurn({ done: false, units: [] }, units(0)) }));
    const at = all.indexOf(step);
    expect(flow).toMatchObject({ failed: false, path: [...all.slice(0, at + 1), ...all.slice(at)] });
    expect([...flow.transitions]).toEqual(
      expect.arrayContaining([`${step}Next -> ${step}Wait`, `${step}Wait -> ${step}`]),
    );
  });

  test('goes on with the units that are not done, and gives each function what it asks for', async () => {
    const given = { Setup: () => units(1), Expect: () => units(2, 3) };
    const Judge = inTurn(judged('locate', 4, 5), judged('complete'));
    const { answers: recording, events } = recorded(answers(undefined, { ...given, Judge }));
    expect(await follow(recording)).toMatchObject({ failed: false, path: allWith('Locate') });
    const unit = (number: number): object => ({ run: begun, unit: number });
    expect(events).toEqual({
      Begin: Array(2).fill({ execution, input }),
      Setup: [{ run: begun }],
      MigrateUnit: [unit(1)],
      Expect: [{ run: begun }],
      ValidateUnit: [unit(2), unit(3)],
      Judge: [expect.objectContaining({ run: begun }), expect.objectContaining({ run: begun })],
      LocateUnit: [unit(4), unit(5)],
      Complete: [{ run: begun }],
      Cleanup: [{ run: begun }],
    });
  });

  test('tells Judge whether Locate has named the keys, in each of its calls', async () => {
    const told: boolean[] = [];
    const next = inTurn('judge', 'locate', 'judge', 'complete');
    const Judge = ({ located }: { readonly located: boolean }): object => {
      told.push(located);
      return { next: next(), units: [0], located };
    };
    expect(await follow(answers(undefined, { Judge }))).toMatchObject({ failed: false });
    expect(told).toEqual([false, false, true, true]);
  });

  test('is led back to Begin by an Abort that is redriven', async () => {
    const Setup = inTurn<() => unknown>(failing('InputError'), () => units(0));
    const { answers: recording, events } = recorded(
      answers(undefined, {
        Begin: inTurn(begun, begun, { ...run, pending: false }),
        Setup: () => Setup()(),
        Abort: () => ({}),
      }),
    );
    const flow = await follow(recording, 1);
    expect(flow).toMatchObject({ failed: false, path: ['Begin', 'Setup', 'Abort', ...all] });
    expect(events['Abort']).toMatchObject([{ execution, redrives: 1 }]);
  });
}
