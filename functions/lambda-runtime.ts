import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { Tracer } from '@aws-lambda-powertools/tracer';
import { captureLambdaHandler } from '@aws-lambda-powertools/tracer/middleware';
import type { MiddlewareObj } from '@middy/core';
import { ulid } from 'ulid';
import type { Dependencies } from '../src/engine/dependencies.js';
import { InputError } from '../src/errors.js';
import { environment } from '../src/environment.js';
import { openDynamodbLedger } from '../src/ledger/dynamodb-ledger.js';
import type { Project } from '../src/project.js';
import { parseProject } from '../src/project/parse-project.js';
import { withDefaults } from '../src/settings.js';
import { openDeclaredStore } from '../src/stores/open-declared-store.js';
import type { Store } from '../src/stores/store.js';
import { systemClock } from '../src/system-clock.js';
import { countingLedger, publishMetrics } from './step-metrics.js';
import type { Runtime } from './step-handler.js';

/**
 * What the functions run in on AWS: the stack's ledger, the project's stores, Powertools for logs, metrics and traces.
 * Clients are made at the first call and kept while the function's environment lives. `configuration` is what the bundled
 * module exports: it was checked when the stack was made, but may be another where it reads its environment, so that
 * calls throw InputError with all that is wrong with it.
 */
export function lambdaRuntime(configuration: unknown): Runtime {
  const metrics = new Metrics();
  let dependencies: Promise<Dependencies> | undefined;
  return {
    dependencies: () => (dependencies ??= lambdaDependencies(configuration, metrics)),
    middlewares: [
      captureLambdaHandler(new Tracer(), { captureResponse: false }),
      injectLambdaContext(new Logger()),
      publishMetrics(metrics),
    ] as unknown as MiddlewareObj<unknown, unknown>[],
  };
}

function checked(configuration: unknown): Project {
  const parsed = parseProject(configuration);
  if ('project' in parsed) return parsed.project;
  throw new InputError(parsed.faults.map(({ field, message }) => ({ field: `configuration, ${field}`, message })));
}

async function lambdaDependencies(configuration: unknown, metrics: Metrics): Promise<Dependencies> {
  const project = checked(configuration);
  const settings = withDefaults(project.settings);
  const region = environment.region() ?? 'us-east-1';
  const table = environment.ledgerTable();
  if (table === undefined)
    throw new TypeError('CARRYOVER_LEDGER_TABLE is not set: the stack sets it for each function');
  const location = `dynamodb://${region}/${table}`;
  const { requestTimeoutMs } = settings;
  const ledger = countingLedger(openDynamodbLedger({ region, table, location, requestTimeoutMs }), metrics);
  const stores = new Map<string, Promise<Store>>();
  return {
    project,
    settings,
    ledger,
    clock: systemClock,
    openStore(name) {
      const known = stores.get(name);
      if (known !== undefined) return known;
      const store = openDeclaredStore(project, name, settings);
      stores.set(name, store);
      // What could not be opened is opened again by the next call, which may come to this very environment.
      store.catch(() => stores.delete(name));
      return store;
    },
    who: 'an execution of the state machine',
    where: environment.functionName() ?? 'AWS Lambda',
    newId: () => ulid(),
  };
}
