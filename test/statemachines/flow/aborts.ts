import { execution } from '../stand-ins.js';
import { all, allWith, answers, answersOf, cause, failing, recorded, type Follow } from './answers.js';

/** https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html */
const mapFailed = 'States.ExceedToleratedFailureThreshold';

const path = (...until: readonly string[]): readonly string[] => [...until, 'Abort'];

/** The ways of an execution in which a step fails. */
export function aborts(follow: Follow): void {
  test.each([
    ['the lock is held', 'Begin', 'LockHeldError', path('Begin')],
    ['the input is bad', 'Begin', 'InputError', path('Begin')],
    ['Setup fails', 'Setup', 'InputError', path(...all.slice(0, 2))],
    ['Migrate fails as a whole', 'Migrate', mapFailed, path(...all.slice(0, 3))],
    ['Expect fails', 'Expect', 'InputError', path(...all.slice(0, 4))],
    ['Validate fails as a whole', 'Validate', mapFailed, path(...all.slice(0, 5))],
    ['a unit failed', 'Judge', 'UnitsFailedError', path(...all.slice(0, 6))],
    ['the verdict is that tables differ', 'Judge', 'ValidationFailedError', path(...all.slice(0, 6))],
    ['Locate fails as a whole', 'Locate', mapFailed, path(...allWith('Locate').slice(0, 7))],
    ['Complete fails', 'Complete', 'LeaseLostError', path(...all.slice(0, 7))],
    ['the clean-up fails', 'Cleanup', 'CleanupFailedError', path(...all.slice(0, 8))],
  ])('ends in Abort where %s', async (_what, state, name, taken) => {
    const more = { [state]: failing(name) };
    const given = state === 'Locate' ? answersOf(state, [0], more) : answers(undefined, more);
    const { answers: recording, events } = recorded(given);
    expect(await follow(recording)).toMatchObject({ failed: true, path: taken });
    expect(events['Abort']).toEqual([{ execution, error: { Error: name, Cause: cause }, redrives: 0 }]);
  });
}
