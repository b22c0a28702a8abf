import { StateMachine } from 'aws-local-stepfunctions';
import { definition, namesOf } from './definition.js';
import { historyOf, type History } from './history.js';
import type { Log } from './transitions.js';

/**
 * What a state's function answers, by the state's name; it may throw. An answer in the name of a Map is that of each of its
 * children, whose own states are left out.
 */
export type Answers = Readonly<Record<string, (event: never) => unknown>>;

export interface Flow extends History {
  /** How the execution ended. */
  readonly failed: boolean;
}

export const input = { copy: { from: 'a', to: 'b' } };
export const execution = 'arn:aws:states:eu-west-1:123456789012:execution:m:x';

const maps = new Set(namesOf('Map'));
const childOf = (map: string): string => `${map}Child`;
const withArns = JSON.stringify(definition).replaceAll(
  /\$\{(\w+)FunctionArn\}/g,
  'arn:aws:lambda:us-east-1:123456789012:function:$1:1',
);

const machine = new StateMachine(JSON.parse(withArns) as never, { validationOptions: { checkArn: false } });

/**
 * The definition itself, but for Maps that have an answer. Children catch whatever their functions throw, and the interpreter
 * knows none of the service's own reasons to fail a Map, so that no function can make one fail.
 */
function machineWith(answers: Answers): StateMachine {
  const answered = Object.keys(answers).filter((name) => maps.has(name));
  if (answered.length === 0) return machine;
  const changed = JSON.parse(withArns) as { States: Record<string, object> };
  for (const map of answered) {
    const child = { Type: 'Task', Resource: 'arn:aws:lambda:us-east-1:123456789012:function:child', End: true };
    const ItemProcessor = { StartAt: childOf(map), States: { [childOf(map)]: child } };
    changed.States[map] = { ...changed.States[map], ItemProcessor };
  }
  return new StateMachine(changed as never, { validationOptions: { checkArn: false } });
}

function handlersOf(answers: Answers): object {
  return Object.fromEntries(
    Object.entries(answers).map(([name, answer]) => [
      maps.has(name) ? childOf(name) : name,
      async (event: unknown) => await answer(event as never),
    ]),
  );
}

const noTime = (names: readonly string[]): Record<string, number> => Object.fromEntries(names.map((name) => [name, 0]));

/** Runs the definition with stand-ins for its functions, whose pauses and waits take no time. */
export async function flowWith(answers: Answers, redrives = 0): Promise<Flow> {
  const { result, eventLogs, abort } = machineWith(answers).run(input, {
    overrides: {
      taskResourceLocalHandlers: handlersOf(answers) as never,
      waitTimeOverrides: noTime(namesOf('Wait')),
      retryIntervalOverrides: noTime(namesOf('Task')),
    },
    context: { Execution: { Id: execution, RedriveCount: redrives } } as never,
  });
  const [failed, history] = await Promise.all([
    result.then(
      () => false,
      () => true,
    ),
    historyOf(eventLogs as AsyncIterable<Log>, abort),
  ]);
  return { failed, ...history };
}
