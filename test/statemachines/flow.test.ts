import { definition } from './definition.js';
import { aborts } from './flow/aborts.js';
import type { Follow } from './flow/answers.js';
import { branches } from './flow/branches.js';
import { retries } from './flow/retries.js';
import { units } from './flow/units.js';
import { flowWith } from './stand-ins.js';
import { transitionsOf } from './transitions.js';

/** One of each kind that is looked for, at the top and within a Map. */
const examples = [
  'ValidateUnitBusy is entered',
  'Abort -> Begin',
  'JudgeNext -> Locate',
  'LocateUnitNext -> LocateUnitEnd',
  'Migrate, which caught States.ALL, -> Abort',
  'MigrateUnitFailed, which caught States.ALL, -> MigrateUnitEnd',
  'Begin is tried again after Runtime.ExitError',
];

describe('the flow', () => {
  const taken = new Set<string>();
  const follow: Follow = async (answers, redrives) => {
    const flow = await flowWith(answers, redrives);
    for (const transition of flow.transitions) taken.add(transition);
    return flow;
  };

  describe('of an execution', () => branches(follow));
  describe('of a unit', () => units(follow));
  describe('of a step that fails', () => aborts(follow));
  describe('of a function that fails in passing', () => retries(follow));

  describe('of all the tests above', () => {
    // Fails where only some of them were run, too.
    test('enters each state and takes each transition', () => {
      const transitions = transitionsOf(definition.States);
      // Two by one name, such as two rules of a Choice that lead to one state, could not be told apart.
      expect(transitions.filter((name, at) => transitions.indexOf(name) !== at)).toEqual([]);
      expect(transitions).toEqual(expect.arrayContaining(examples));
      expect(transitions.filter((name) => !taken.has(name))).toEqual([]);
    });
  });
});
