import type { Metrics } from '@aws-lambda-powertools/metrics';
import middy, { type MiddlewareObj } from '@middy/core';
import type { Context } from 'aws-lambda';
import type { z } from 'zod';
import { beforeDeadline } from '../src/engine/before-deadline.js';
import type { Call, Dependencies } from '../src/engine/dependencies.js';
import { parseEvent } from './parse-event.js';

/** What a handler runs in: a Lambda function, or the command line. */
export interface Runtime {
  /** Made once for a process. */
  dependencies(): Promise<Dependencies>;
  /** Logging, metrics and tracing, where there is somebody to read them. */
  readonly middlewares: readonly MiddlewareObj<unknown, unknown>[];
  /** What a call adds to them is published at its end; absent where nobody reads them. */
  readonly metrics?: Metrics;
}

/** A step as the state machine calls it. */
export type StepHandler = (event: unknown, context: Pick<Context, 'getRemainingTimeInMillis'>) => Promise<unknown>;

/**
 * Makes the handler of a step: parses the event, calls the engine with what is left of the call's time, answers in small
 * JSON. Errors leave under their own names, for the state machine to match.
 */
export function stepHandler<Event>(
  runtime: Runtime,
  schema: z.ZodType<Event>,
  step: (event: Event, deps: Dependencies, call: Call) => Promise<unknown>,
): StepHandler {
  // beforeDeadline ends a call in time, under a name that the state machine retries; middy's own early end has none.
  const handler = middy<unknown, unknown>({ timeoutEarlyInMillis: 0 }).handler(
    async (event: unknown, context: Context) => {
      const deps = await runtime.dependencies();
      const call: Call = { remainingMs: () => context.getRemainingTimeInMillis() };
      return (await beforeDeadline(step(parseEvent(schema, event), deps, call), call, deps.clock)) ?? {};
    },
  );
  for (const middleware of runtime.middlewares) handler.use(middleware);
  return async (event, context) => (await handler(event, context as Context)) as unknown;
}
