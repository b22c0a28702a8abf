import type { Logger } from '@aws-lambda-powertools/logger';
import type { Metrics } from '@aws-lambda-powertools/metrics';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import type { z } from 'zod';
import { observation } from './observation.js';
import { parseEvent } from './parse-event.js';

export type AttendantHandler = (event: unknown, context: Context) => Promise<unknown>;

/** Where an attendant says what it did. */
export interface Reports {
  readonly logger: Pick<Logger, 'info' | 'warn' | 'error'>;
  readonly metrics: Pick<Metrics, 'addMetric'>;
}

/**
 * Makes the handler of a function that stands beside the state machine and asks AWS alone: parses the event, hands it to
 * `attend`, answers in small JSON. Throws InputError for an event that is not what the schema says.
 */
export function attendantHandler<Event>(
  schema: z.ZodType<Event>,
  attend: (event: Event, reports: Reports) => Promise<unknown>,
): AttendantHandler {
  const { logger, metrics, middlewares } = observation();
  // Middy's own early end would drop what was done; Lambda's time-out is enough here.
  const handler = middy<unknown, unknown>({ timeoutEarlyInMillis: 0 }).handler((event: unknown) =>
    attend(parseEvent(schema, event), { logger, metrics }),
  );
  for (const middleware of middlewares) handler.use(middleware);
  return async (event, context) => (await handler(event, context)) as unknown;
}
