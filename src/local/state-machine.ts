import { StateMachine, type ExecutionError } from 'aws-local-stepfunctions';
import type { Json } from '../json.js';

/** A step's handler, as Lambda would call it. */
export type Handler = (event: unknown, context: { getRemainingTimeInMillis(): number }) => Promise<unknown>;

export interface Execution {
  /** The state machine's definition; placeholders of resources may be left as they are. */
  readonly definition: unknown;
  /** By name of state, those within a Map too. */
  readonly handlers: Readonly<Record<string, Handler>>;
  readonly execution: string;
  readonly input: Json;
  /** How long one call of a step may take. */
  readonly callMs: number;
  /** The same for the states that may take another time, by name. */
  readonly callMsOf?: Readonly<Record<string, number>>;
  /** Makes Wait states and pauses between retries this long, for tests. */
  readonly pauseMs?: number;
}

/** The interpreter knows no account: any ARN will do, since every Task has a local handler. */
const placeholder = /\$\{(\w+)FunctionArn\}/g;
const arn = 'arn:aws:lambda:us-east-1:000000000000:function:$1';

/**
 * Runs the state machine in this process and resolves when the execution has ended: `failed` says only that it did not
 * end well; what happened is in the ledger.
 */
export async function runStateMachine(execution: Execution): Promise<{ failed: boolean; cause?: ExecutionError }> {
  const definition = JSON.parse(JSON.stringify(execution.definition).replaceAll(placeholder, arn)) as Definition;
  const machine = new StateMachine(definition as never, { validationOptions: { checkArn: false } });
  const { result, eventLogs } = machine.run(execution.input as never, {
    overrides: {
      taskResourceLocalHandlers: localHandlers(execution),
      ...(execution.pauseMs === undefined ? {} : pauses(definition, execution.pauseMs)),
    },
    context: { Execution: { Id: execution.execution, RedriveCount: 0 } } as never,
  });
  const [outcome] = await Promise.all([
    result.then(
      () => ({ failed: false }),
      (cause: unknown) => ({ failed: true, cause: cause as ExecutionError }),
    ),
    drained(eventLogs),
  ]);
  return outcome;
}

type LocalHandler = (event: unknown) => Promise<never>;

function localHandlers({ handlers, callMs, callMsOf = {} }: Execution): Record<string, LocalHandler> {
  return Object.fromEntries(
    Object.entries(handlers).map(([state, handler]) => [
      state,
      async (event: unknown) => {
        const endsAt = performance.now() + (callMsOf[state] ?? callMs);
        return (await handler(event, { getRemainingTimeInMillis: () => endsAt - performance.now() })) as never;
      },
    ]),
  );
}

interface Definition {
  readonly States: Readonly<Record<string, State>>;
}

interface State {
  readonly Type: string;
  readonly Retry?: unknown;
  readonly ItemProcessor?: Definition;
}

function pauses(definition: Definition, pauseMs: number): object {
  const states = statesOf(definition);
  const named = (chosen: (state: State) => boolean): string[] =>
    states.filter(([, state]) => chosen(state)).map(([name]) => name);
  return {
    waitTimeOverrides: Object.fromEntries(named(({ Type }) => Type === 'Wait').map((name) => [name, pauseMs])),
    retryIntervalOverrides: Object.fromEntries(
      named(({ Retry }) => Retry !== undefined).map((name) => [name, pauseMs / 1_000]),
    ),
  };
}

function statesOf({ States }: Definition): [string, State][] {
  return Object.entries(States).flatMap(([name, state]) => [
    [name, state] as [string, State],
    ...(state.ItemProcessor === undefined ? [] : statesOf(state.ItemProcessor)),
  ]);
}

/** The interpreter keeps its log until somebody reads it. */
async function drained(eventLogs: AsyncIterable<unknown>): Promise<void> {
  for await (const event of eventLogs) void event;
}
