import { namesOf } from '../definition.js';
import type { Answers } from '../stand-ins.js';
import { answers, failing, inTurn, recorded, type Follow } from './answers.js';

/** What is lost in passing is tried for longer than what costs up to fifteen minutes each time. */
const errors = [
  ['ThrottledError', 8],
  ['Runtime.ExitError', 3],
] as const;

const tried = namesOf('Task').flatMap((state) => errors.map(([error, times]) => [state, error, times] as const));

/** An execution that enters this state. */
function entering(state: string): Answers {
  const Judge = inTurn<object>({ next: 'locate', units: [0], located: false }, { next: 'complete', units: [] });
  if (state === 'Abort') return answers([0], { Setup: failing('InputError') });
  if (!state.endsWith('UnitFailed')) return answers([0], { Judge });
  return answers([0], { Judge, [state.replace(/Failed$/, '')]: failing('TypeError') });
}

/** The ways of a state whose function fails in passing. */
export function retries(follow: Follow): void {
  test.each(tried)(
    'calls %s again after %s, up to %d times, and goes on as if nothing were',
    async (state, error, times) => {
      const { failed, path, within } = await follow(entering(state));
      const given = entering(state);
      const fails = Array<Answers[string]>(times).fill(failing(error));
      const turn = inTurn(...fails, given[state] as Answers[string]);
      const flow = await follow({ ...given, [state]: (event) => turn()(event) });
      expect(flow).toMatchObject({ failed, path, within });
    },
  );

  test.each(tried)('gives %s up that fails of %s more than %d times', async (state, error, times) => {
    const { answers: recording, events } = recorded({ ...entering(state), [state]: failing(error) });
    const { failed, path, within } = await follow(recording);
    expect(events[state]).toHaveLength(1 + times);
    const inMap = /^(\w+Unit)(Failed)?$/.exec(state);
    if (inMap === null) expect([failed, path.at(-1)]).toEqual([true, 'Abort']);
    else expect(within).toEqual(expect.arrayContaining([`${inMap[1]}Failed`, `${inMap[1]}End`]));
  });
}
