import { states } from './definition.js';
import { executionOf, TakenTransitions, type Log } from './transitions.js';

export interface History {
  /** The states of the execution itself in their order, those of type Task and Map alone. */
  readonly path: readonly string[];
  /** All states that the children of Maps entered, in the order in which they did. */
  readonly within: readonly string[];
  /** The most events that the history of the execution, and of one child of a Map, would have. */
  readonly events: number;
  readonly childEvents: number;
  /** The largest input or output of a state. */
  readonly largest: { readonly bytes: number; readonly state: string };
  /** Named as `transitionsOf` names them. */
  readonly transitions: ReadonlySet<string>;
}

/** The most in one history: https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
export const mostEvents = 25_000;

/**
 * Events in the history for each state that is entered: a Task is entered, scheduled, started, ended and left; a Distributed Map is
 * entered, its run started and ended, and it is ended and left; others are entered and left. A failed task has as many.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
 */
const eventsOf: Readonly<Record<string, number>> = { Task: 5, Map: 5 };
const eventsOfOthers = 2;
/** An execution is started and ended. */
const eventsOfExecution = 2;

/** Of the states of children, so many are measured: what children pass on is small, and alike in all of them. */
const measuredStates = 1_500;

/** Reads the log of an execution to its end. One with too many events for a history is ended, as the service does. */
export async function historyOf(logs: AsyncIterable<Log>, end: () => void): Promise<History> {
  const [path, within]: [string[], string[]] = [[], []];
  const transitions = new TakenTransitions();
  const events = new Map([['', eventsOfExecution]]);
  let [childEvents, largest] = [0, { bytes: 0, state: '' }];
  for await (const log of logs) {
    transitions.add(log);
    const execution = executionOf(log);
    if (log.type === 'MapIterationStarted') events.set(execution, eventsOfExecution);
    if (log.state === undefined) continue;
    const { name } = log.state;
    const isChild = execution !== '';
    const bytes = isChild && within.length > measuredStates ? 0 : bytesOf(log.state);
    if (bytes > largest.bytes) largest = { bytes, state: name };
    if (log.type !== 'StateEntered') continue;
    const Type = states.get(name)?.Type ?? '';
    const count = (events.get(execution) ?? eventsOfExecution) + (eventsOf[Type] ?? eventsOfOthers);
    events.set(execution, count);
    if (isChild) childEvents = Math.max(childEvents, count);
    if (isChild) within.push(name);
    else if (Type === 'Task' || Type === 'Map') path.push(name);
    if (count > mostEvents) end();
  }
  return { path, within, events: events.get('') ?? 0, childEvents, largest, transitions: transitions.names };
}

function bytesOf({ input, output }: NonNullable<Log['state']>): number {
  return Math.max(...[input, output].map((part) => Buffer.byteLength(JSON.stringify(part ?? null))));
}
