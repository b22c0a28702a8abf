import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { Tracer } from '@aws-lambda-powertools/tracer';
import { captureLambdaHandler } from '@aws-lambda-powertools/tracer/middleware';
import type { MiddlewareObj } from '@middy/core';
import { environment } from '../src/environment.js';
import { publishMetrics } from './step-metrics.js';

/** How a function on AWS is seen: logs, metrics, traces. Neither events nor answers are logged. */
export interface Observation {
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly middlewares: readonly MiddlewareObj<unknown, unknown>[];
}

/** Made once for a function's environment. Every metric has the dimension `deployment`, where the function belongs to one. */
export function observation(): Observation {
  const logger = new Logger();
  const deployment = environment.deployment();
  const metrics = new Metrics(deployment === undefined ? {} : { defaultDimensions: { deployment } });
  const middlewares = [
    captureLambdaHandler(new Tracer(), { captureResponse: false }),
    injectLambdaContext(logger),
    publishMetrics(metrics),
  ] as unknown as MiddlewareObj<unknown, unknown>[];
  return { logger, metrics, middlewares };
}
