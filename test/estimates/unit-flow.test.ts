import { readFile } from 'node:fs/promises';
import { executionFlow, unitFlow } from '../../src/estimates/unit-flow.js';
import { flowWith } from '../statemachines/stand-ins.js';

const definition = JSON.parse(await readFile('statemachines/migration.asl.json', 'utf8')) as unknown;

/** An execution that goes well, one of whose units is called so often; what its history has, as the interpreter passes it. */
async function interpreted(calls: number) {
  let [begun, called] = [0, 0];
  return flowWith({
    Begin: () => ({ id: 'r', owner: 'r', attempt: 'a', token: 1, concurrency: 1, pending: begun++ === 0 }),
    Setup: () => ({ done: true, units: [0] }),
    MigrateUnit: () => ({ status: ++called < calls ? 'more' : 'done' }),
    Expect: () => ({ done: true, units: [] }),
    Judge: () => ({ next: 'complete', units: [], located: false }),
    Complete: () => ({ done: true }),
    Cleanup: () => ({ done: true }),
  });
}

describe('the flow of a definition', () => {
  test.each([1, 2, 5])('has the events that the interpreter has, of a unit that is called %d times', async (calls) => {
    const { events, childEvents } = await interpreted(calls);
    const { beside, eachCall } = unitFlow(definition, 'Migrate');
    expect(beside.events + calls * eachCall.events).toBe(childEvents);
    expect(executionFlow(definition).events).toBe(events);
  });

  test('counts each state that is entered as a transition', () => {
    expect(unitFlow(definition, 'Validate')).toMatchObject({
      eachCall: { transitions: ['ValidateUnit', 'ValidateUnitNext'].length },
      beside: { transitions: ['ValidateUnitEnd'].length },
    });
    const begins = 2 * ['Begin', 'BeginNext'].length;
    const steps = ['Setup', 'Expect', 'Judge', 'Complete', 'Cleanup'].length * 2;
    const others = ['Start', 'Migrate', 'Validate', 'End'].length;
    expect(executionFlow(definition).transitions).toBe(begins + steps + others);
  });

  test('is refused of a definition with a choice that nothing is known of', () => {
    const Choices = [{ Variable: '$.other', StringEquals: 'x', Next: 'B' }];
    const strange = { StartAt: 'A', States: { A: { Type: 'Choice', Choices, Default: 'B' }, B: { Type: 'Succeed' } } };
    expect(() => executionFlow(strange)).toThrow('nothing is known of "$.other"');
    expect(() => unitFlow(strange, 'Migrate')).toThrow('no Map "Migrate"');
  });
});
