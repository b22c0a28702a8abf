import { mapOf, type Catcher, type Retrier, type States } from './definition.js';

/** What the interpreter tells of an execution and of the children of its Maps, as far as it is read here. */
export interface Log {
  readonly type: string;
  /** The number of the Map's item, where a child of a Map is told of. */
  readonly index?: number;
  readonly parentState?: { readonly name: string };
  readonly state?: { readonly name: string; readonly input?: unknown; readonly output?: unknown };
  readonly retry?: { readonly retrier: Retrier };
  readonly catch?: { readonly catcher: Catcher };
}

const entering = (name: string): string => `${name} is entered`;
const leading = (from: string, to: string): string => `${from} -> ${to}`;
const catching = (name: string, { ErrorEquals }: Catcher): string => `${name}, which caught ${ErrorEquals.join(', ')},`;
const retrying = (name: string, { ErrorEquals }: Retrier): string => `${name} is tried again after ${ErrorEquals[0]}`;

/** Names all that a definition's executions can do: enter a state, go on to another, catch an error, try again. */
export function transitionsOf(states: States): string[] {
  return Object.entries(states).flatMap(([name, { Next, Default, Choices = [], Catch = [], Retry = [], ...state }]) => [
    entering(name),
    ...[Next, Default, ...Choices.map((rule) => rule.Next)].flatMap((to) =>
      to === undefined ? [] : leading(name, to),
    ),
    ...Catch.map((catcher) => leading(catching(name, catcher), catcher.Next)),
    ...Retry.map((retrier) => retrying(name, retrier)),
    ...transitionsOf(state.ItemProcessor?.States ?? {}),
  ]);
}

/** Tells apart the execution itself, which is '', and the children of its Maps, whose logs are mixed. */
export function executionOf({ index, parentState, state }: Log): string {
  if (index === undefined) return '';
  return `${parentState?.name ?? mapOf.get(state?.name ?? '')} ${index}`;
}

/** Names what an execution did of that, by its log. */
export class TakenTransitions {
  readonly names = new Set<string>();
  /** Of each execution, the state that it was in last, or the error that this one caught. */
  readonly #last = new Map<string, string>();

  add(log: Log): void {
    const execution = executionOf(log);
    // A Map that is entered again has children of the same numbers.
    if (log.type === 'MapIterationStarted') this.#last.delete(execution);
    if (log.state === undefined) return;
    const { name } = log.state;
    if (log.retry !== undefined) this.names.add(retrying(name, log.retry.retrier));
    if (log.catch !== undefined) this.#last.set(execution, catching(name, log.catch.catcher));
    if (log.type !== 'StateEntered') return;
    const last = this.#last.get(execution);
    if (last !== undefined) this.names.add(leading(last, name));
    this.names.add(entering(name));
    this.#last.set(execution, name);
  }
}
