import { flowWith, type Answers } from './stand-ins.js';

/** https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
const mostPayloadBytes = 256 * 1024;
const mostEvents = 25_000;

const run = {
  id: '01JDABCDEFGHJKMNPQRSTVWXYZ',
  owner: '01JDABCDEFGHJKMNPQRSTVWXYZ',
  attempt: 'a',
  token: 7,
  concurrency: 40,
};
const all = ['Begin', 'Setup', 'Migrate', 'Expect', 'Validate', 'Judge', 'Complete', 'Cleanup', 'Begin'];

/** An execution that goes well, of so many units; Begin finds nothing pending the second time. */
function answers(units = [0, 1], more: Answers = {}): Answers {
  let begun = 0;
  return {
    Begin: () => ({ ...run, pending: begun++ === 0 }),
    Setup: () => ({ done: true, units }),
    MigrateUnit: () => ({ status: 'done' }),
    Expect: () => ({ done: true, units }),
    ValidateUnit: () => ({ status: 'done' }),
    Judge: () => ({ next: 'complete', units: [], located: false }),
    LocateUnit: () => ({ status: 'done' }),
    Complete: () => ({ done: true }),
    Cleanup: () => ({ done: true }),
    MigrateUnitFailed: () => ({}),
    ValidateUnitFailed: () => ({}),
    LocateUnitFailed: () => ({}),
    Abort: failing('RunFailedError'),
    ...more,
  };
}

function failing(name: string): () => never {
  return () => {
    throw Object.assign(new Error('it fails here'), { name });
  };
}

/** The first answers, then the last one for ever. */
function inTurn<T>(...given: readonly T[]): () => T {
  let asked = 0;
  return () => given[Math.min(asked++, given.length - 1)] as T;
}

describe('the flow', () => {
  test('of 2,000 units whose chunks loop 50 times each keeps every quota', async () => {
    const units = Array.from({ length: 2_000 }, (_, unit) => unit);
    const calls = new Map<string, number>();
    const MigrateUnit = ({ unit }: { readonly unit: string }): object => {
      const call = (calls.get(unit) ?? 0) + 1;
      calls.set(unit, call);
      return { status: call < 50 ? 'more' : 'done' };
    };
    const flow = await flowWith(answers(units, { MigrateUnit, Expect: () => ({ done: true, units: [] }) }));
    expect(flow).toMatchObject({ failed: false, path: all });
    expect([...calls.values()]).toEqual(Array(2_000).fill(50));
    const { bytes, state } = flow.largest;
    process.stderr.write(
      `largest payload: ${bytes} bytes in ${state}; events: ${flow.events} of the execution, ${flow.childEvents} of a unit\n`,
    );
    expect(bytes).toBeLessThan(mostPayloadBytes);
    expect(flow.events).toBeLessThan(mostEvents);
    expect(flow.childEvents).toBe(2 + 50 * (5 + 2) + 2);
  });

  test.each<[string, Answers, readonly string[]]>([
    ['ends where nothing is pending, or after a dry run', { Begin: () => ({ ...run, pending: false }) }, ['Begin']],
    ['goes on with the units that are not done', { Setup: () => ({ done: true, units: [1] }) }, all],
    ['validates what has no unit to be carried', { Setup: () => ({ done: true, units: [] }) }, all],
    [
      'calls Setup, Expect, Complete and Cleanup until they are done',
      {
        Setup: inTurn<object>({ done: false, units: [] }, { done: true, units: [0] }),
        Expect: inTurn<object>({ done: false, units: [] }, { done: true, units: [0] }),
        Complete: inTurn({ done: false }, { done: true }),
        Cleanup: inTurn({ done: false }, { done: true }),
      },
      [
        'Begin',
        'Setup',
        'Setup',
        'Migrate',
        'Expect',
        'Expect',
        'Validate',
        'Judge',
        'Complete',
        'Complete',
        'Cleanup',
        'Cleanup',
        'Begin',
      ],
    ],
    [
      'has Locate name the keys, and judges again',
      { Judge: inTurn({ next: 'locate', units: [0] }, { next: 'complete', units: [] }) },
      ['Begin', 'Setup', 'Migrate', 'Expect', 'Validate', 'Judge', 'Locate', 'Judge', 'Complete', 'Cleanup', 'Begin'],
    ],
    [
      'begins another round',
      { Judge: inTurn({ next: 'setup', units: [] }, { next: 'complete', units: [] }) },
      [...all.slice(0, 6), ...all.slice(1)],
    ],
    [
      'judges in several calls, and completes nothing where there is nothing to complete',
      { Judge: inTurn({ next: 'judge', units: [], located: false }, { next: 'cleanup', units: [], located: false }) },
      ['Begin', 'Setup', 'Migrate', 'Expect', 'Validate', 'Judge', 'Judge', 'Cleanup', 'Begin'],
    ],
  ])('%s', async (_what, more, path) => {
    expect(await flowWith(answers(undefined, more))).toMatchObject({ failed: false, path });
  });

  test('calls a unit again that another call works on, and one with more to do', async () => {
    const MigrateUnit = inTurn({ status: 'busy' }, { status: 'more' }, { status: 'done' });
    const flow = await flowWith(answers([0], { MigrateUnit, Expect: () => ({ done: true, units: [] }) }));
    expect(flow).toMatchObject({ failed: false, path: all });
    expect(flow.childEvents).toBe(2 + (5 + 2 + 2) + (5 + 2) + (5 + 2) + 2);
  });

  test.each([
    ['the lock is held', 'Begin', 'LockHeldError', ['Begin', 'Abort']],
    ['the input is bad', 'Begin', 'InputError', ['Begin', 'Abort']],
    ['Setup fails', 'Setup', 'InputError', [...all.slice(0, 2), 'Abort']],
    ['Expect fails', 'Expect', 'InputError', [...all.slice(0, 4), 'Abort']],
    ['a unit failed', 'Judge', 'UnitsFailedError', [...all.slice(0, 6), 'Abort']],
    ['the verdict is that tables differ', 'Judge', 'ValidationFailedError', [...all.slice(0, 6), 'Abort']],
    ['Complete fails', 'Complete', 'LeaseLostError', [...all.slice(0, 7), 'Abort']],
    ['the clean-up fails', 'Cleanup', 'CleanupFailedError', [...all.slice(0, 8), 'Abort']],
  ])('ends in Abort where %s', async (_what, state, name, path) => {
    const told: unknown[] = [];
    const Abort = (event: { readonly error: { readonly Error: string } }): never => {
      told.push(event.error.Error);
      return failing('RunFailedError')();
    };
    const flow = await flowWith(answers(undefined, { [state]: failing(name), Abort }));
    expect(flow).toMatchObject({ failed: true, path });
    expect(told).toEqual([name]);
  });

  test.each(['Migrate', 'Validate', 'Locate'])(
    'records a unit of %s whose function fails, and goes on to Judge',
    async (phase) => {
      const failed: unknown[] = [];
      const flow = await flowWith(
        answers([3], {
          ...(phase === 'Locate'
            ? { Judge: inTurn({ next: 'locate', units: [3] }, { next: 'complete', units: [] }) }
            : {}),
          [`${phase}Unit`]: failing('TypeError'),
          [`${phase}UnitFailed`]: (event: { readonly unit: number; readonly phase: string }) => {
            failed.push([event.phase, event.unit]);
            return {};
          },
        }),
      );
      expect(flow.failed).toBe(false);
      expect(failed).toEqual([[phase.toLowerCase(), 3]]);
    },
  );

  test('is led back to Begin by an Abort that is redriven', async () => {
    const Setup = inTurn<() => unknown>(failing('InputError'), () => ({ done: true, units: [0] }));
    const flow = await flowWith(
      answers(undefined, {
        Begin: inTurn<object>({ ...run, pending: true }, { ...run, pending: true }, { ...run, pending: false }),
        Setup: () => Setup()(),
        Abort: () => ({}),
      }),
      1,
    );
    expect(flow).toMatchObject({ failed: false, path: ['Begin', 'Setup', 'Abort', ...all] });
  });
});
