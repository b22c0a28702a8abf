import { StateMachine } from 'aws-local-stepfunctions';
import { definition } from '../support/copy-run.js';

/** What a state's function answers, by the state's name; it may throw. */
export type Answers = Readonly<Record<string, (event: never) => unknown>>;

export interface Flow {
  /** How the execution ended. */
  readonly failed: boolean;
  /** The states of the execution itself in their order, those of type Task and Map alone. */
  readonly path: readonly string[];
  /** The most events that the history of the execution, and of one child of a Map, would have. */
  readonly events: number;
  readonly childEvents: number;
  /** The largest input or output of a state. */
  readonly largest: { readonly bytes: number; readonly state: string };
}

interface State {
  readonly Type: string;
  readonly ItemProcessor?: { readonly States: Readonly<Record<string, State>> };
}

interface Log {
  readonly type: string;
  readonly state?: {
    readonly name: string;
    readonly type: string;
    readonly input?: unknown;
    readonly output?: unknown;
  };
}

const arns = JSON.stringify(definition).replaceAll(
  /\$\{(\w+)FunctionArn\}/g,
  'arn:aws:lambda:us-east-1:123456789012:function:$1:1',
);
const machineOf = (): StateMachine =>
  new StateMachine(JSON.parse(arns) as never, { validationOptions: { checkArn: false } });
const { States: top } = definition as { readonly States: Readonly<Record<string, State>> };
const inMaps = new Map(Object.values(top).flatMap(({ ItemProcessor }) => Object.entries(ItemProcessor?.States ?? {})));

/**
 * Events in the history for each state that is entered: a Task is entered, scheduled, started, ended and left; a Distributed Map is
 * entered, its run started and ended, and it is ended and left; others are entered and left. A failed task has as many.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
 */
const eventsOf: Readonly<Record<string, number>> = { Task: 5, Map: 5 };
const eventsOfOthers = 2;
/** The execution is started and ended. */
const eventsOfExecution = 2;

/** Runs the definition with stand-ins for its functions, whose pauses and waits take no time. */
export async function flowWith(answers: Answers, redrives = 0): Promise<Flow> {
  const waits = [...Object.entries(top), ...inMaps]
    .filter(([, { Type }]) => Type === 'Wait')
    .map(([name]) => [name, 0]);
  const tasks = [...Object.entries(top), ...inMaps]
    .filter(([, { Type }]) => Type === 'Task')
    .map(([name]) => [name, 0]);
  const { result, eventLogs } = machineOf().run(
    { copy: { from: 'a', to: 'b' } },
    {
      overrides: {
        taskResourceLocalHandlers: Object.fromEntries(
          Object.entries(answers).map(([name, answer]) => [
            name,
            async (event: unknown) => await answer(event as never),
          ]),
        ) as never,
        waitTimeOverrides: Object.fromEntries(waits) as never,
        retryIntervalOverrides: Object.fromEntries(tasks) as never,
      },
      context: {
        Execution: { Id: 'arn:aws:states:eu-west-1:123456789012:execution:m:x', RedriveCount: redrives },
      } as never,
    },
  );
  const [failed, seen] = await Promise.all([
    result.then(
      () => false,
      () => true,
    ),
    seenIn(eventLogs as AsyncIterable<Log>),
  ]);
  return { failed, ...seen };
}

/** Of children, as many events are measured. */
const measuredEvents = 5_000;

function bytesOf({ input, output }: NonNullable<Log['state']>): number {
  return Math.max(...[input, output].map((part) => JSON.stringify(part ?? null).length));
}

async function seenIn(logs: AsyncIterable<Log>): Promise<Omit<Flow, 'failed'>> {
  const path: string[] = [];
  let [events, inChildren, children] = [eventsOfExecution, 0, 0];
  let largest = { bytes: 0, state: '' };
  for await (const { type, state } of logs) {
    if (state === undefined) continue;
    const isChild = inMaps.has(state.name);
    // What children pass on is small, and alike in all of them.
    const bytes = isChild && inChildren > measuredEvents ? 0 : bytesOf(state);
    if (bytes > largest.bytes) largest = { bytes, state: state.name };
    if (type !== 'StateEntered') continue;
    const { Type } = inMaps.get(state.name) ?? top[state.name] ?? { Type: '' };
    const count = eventsOf[Type] ?? eventsOfOthers;
    if (isChild) inChildren += count;
    else events += count;
    if (/UnitEnd$/.test(state.name)) children += 1;
    if (!isChild && (Type === 'Task' || Type === 'Map')) path.push(state.name);
  }
  // All children of these flows are alike.
  return { path, events, childEvents: children === 0 ? 0 : inChildren / children + eventsOfExecution, largest };
}
