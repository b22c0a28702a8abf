import type { Answers, Flow } from '../stand-ins.js';

/** Runs an execution with these answers; whoever gives it sees what all of them did. */
export type Follow = (answers: Answers, redrives?: number) => Promise<Flow>;

export const run = {
  id: '01JDABCDEFGHJKMNPQRSTVWXYZ',
  owner: '01JDABCDEFGHJKMNPQRSTVWXYZ',
  attempt: 'a',
  token: 7,
  concurrency: 40,
};
export const begun = { ...run, pending: true };

/** The path of an execution in which all goes well. */
export const all = ['Begin', 'Setup', 'Migrate', 'Expect', 'Validate', 'Judge', 'Complete', 'Cleanup', 'Begin'];

export const phases = ['Migrate', 'Validate', 'Locate'] as const;
export type Phase = (typeof phases)[number];

/** The same in which Locate is called for, too. */
export const allWith = (phase: Phase): readonly string[] =>
  phase === 'Locate' ? [...all.slice(0, 6), 'Locate', 'Judge', ...all.slice(6)] : all;

/** An execution that goes well, of so many units; Begin finds nothing pending the second time. */
export function answers(units: readonly number[] = [0, 1], more: Answers = {}): Answers {
  return {
    Begin: inTurn(begun, { ...run, pending: false }),
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

/** An execution that goes well, and in which one Map alone has units. */
export function answersOf(phase: Phase, units: readonly number[], more: Answers = {}): Answers {
  const complete = { next: 'complete', units: [], located: false };
  return answers(units, {
    Setup: () => ({ done: true, units: phase === 'Migrate' ? units : [] }),
    Expect: () => ({ done: true, units: phase === 'Validate' ? units : [] }),
    Judge: phase === 'Locate' ? inTurn<object>({ next: 'locate', units, located: false }, complete) : () => complete,
    ...more,
  });
}

export const cause = 'it fails here';

export function failing(name: string): () => never {
  return () => {
    throw Object.assign(new Error(cause), { name });
  };
}

/** The first answers, then the last one for ever. */
export function inTurn<T>(...given: readonly T[]): () => T {
  let asked = 0;
  return () => given[Math.min(asked++, given.length - 1)] as T;
}

/** The same answers, and all events that they were asked with, by the state's name. */
export function recorded(given: Answers): { readonly answers: Answers; readonly events: Record<string, unknown[]> } {
  const events: Record<string, unknown[]> = {};
  const recording = ([name, answer]: [string, Answers[string]]): [string, Answers[string]] => [
    name,
    (event) => {
      (events[name] ??= []).push(event);
      return answer(event);
    },
  ];
  return { answers: Object.fromEntries(Object.entries(given).map(recording)), events };
}
