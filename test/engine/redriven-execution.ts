import type { Json } from '../../src/json.js';
import { runStateMachine, type Handler } from '../../src/local/state-machine.js';
import { definition } from '../support/copy-run.js';

export interface NamedExecution {
  readonly execution: string;
  readonly input: unknown;
  readonly handlers: Readonly<Record<string, Handler>>;
}

/** One execution, or its redrive, which enters Abort again and is led back to Begin: the same handlers, the same input. */
export async function execute({ execution, input, handlers }: NamedExecution, redrives = 0): Promise<void> {
  const { States } = definition as { States: Record<string, unknown> };
  const Start = {
    Type: 'Pass',
    Parameters: { 'input.$': '$', execution, error: { Error: 'x', Cause: 'x' } },
    Next: 'Abort',
  };
  const abort: Handler = (event, context) =>
    (handlers['Abort'] as Handler)({ ...(event as object), redrives }, context);
  await runStateMachine({
    definition: redrives === 0 ? definition : { ...(definition as object), States: { ...States, Start } },
    handlers: { ...handlers, Abort: abort },
    execution,
    input: input as Json,
    callMs: 10_000,
    pauseMs: 10,
  });
}
