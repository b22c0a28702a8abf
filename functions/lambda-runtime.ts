import type { MiddlewareObj } from '@middy/core';
import type { Metrics } from '@aws-lambda-powertools/metrics';
import { ulid } from 'ulid';
import type { Dependencies } from '../src/engine/dependencies.js';
import { InputError } from '../src/errors.js';
import { environment } from '../src/environment.js';
import { openDynamodbLedger } from '../src/ledger/dynamodb-ledger.js';
import type { KeyValueDriver } from '../src/kv/key-value-driver.js';
import { createRegistry, type MigrationFile } from '../src/migrations/registry.js';
import { declaredStore, type Project } from '../src/project.js';
import { parseProject } from '../src/project/parse-project.js';
import { withDefaults } from '../src/settings.js';
import { openDeclaredStore, type OpenedDeclaredStore } from '../src/stores/open-declared-store.js';
import { liesOnThisMachine, parseStoreUrl } from '../src/stores/store-url.js';
import { systemClock } from '../src/system-clock.js';
import { openEventBus } from './event-bus.js';
import { observation } from './observation.js';
import { countingLedger, throttleCount } from './step-metrics.js';
import type { Runtime } from './step-handler.js';

/**
 * What the functions run in on AWS: the stack's ledger, the project's stores, Powertools for logs, metrics and traces.
 * Clients are made at the first call and kept while the function's environment lives. `configuration` is what the bundled
 * module exports, `files` what its migrations do: both were checked when the stack was made, but may be others where they read their environment, so that
 * calls throw InputError with all that is wrong with it.
 */
export function lambdaRuntime(configuration: unknown, files: readonly MigrationFile[]): Runtime {
  const { metrics, middlewares } = observation();
  const open: OpenStores = new Set();
  let dependencies: Promise<Dependencies> | undefined;
  return {
    dependencies: () => (dependencies ??= lambdaDependencies(configuration, files, metrics, open)),
    metrics,
    // What is first here is last after a call: the time that is left may not be enough for it, and is for metrics and logs.
    middlewares: [restAfterCalls(open), ...middlewares],
  };
}

/** Without those that are still being opened: they hold no connection, and may take longer than a call has left. */
type OpenStores = Set<OpenedDeclaredStore>;

/** A frozen environment holds no connection: between two calls nobody would close it. */
function restAfterCalls(open: OpenStores): MiddlewareObj<unknown, unknown> {
  const rest = async (): Promise<void> => {
    await Promise.all([...open].map((store) => store.rest()));
  };
  return { after: rest, onError: rest };
}

function checked(configuration: unknown): Project {
  const parsed = parseProject(configuration);
  if ('project' in parsed) return parsed.project;
  throw new InputError(parsed.faults.map(({ field, message }) => ({ field: `configuration, ${field}`, message })));
}

/** A store on a laptop is declared for the command line: see deployedStores. */
function reaches({ stores }: Project, name: string): boolean {
  const parsed = parseStoreUrl(declaredStore(stores[name] ?? '').url);
  return 'faults' in parsed || !liesOnThisMachine(parsed.url);
}

/** Those that the deployment has for itself: see cdk/limits.ts. */
function deploymentSettings(): NonNullable<Project['settings']> {
  return JSON.parse(environment.settings() ?? '{}') as NonNullable<Project['settings']>;
}

async function lambdaDependencies(
  configuration: unknown,
  files: readonly MigrationFile[],
  metrics: Metrics,
  open: OpenStores,
): Promise<Dependencies> {
  const project = checked(configuration);
  const settings = withDefaults({ ...project.settings, ...deploymentSettings() });
  const region = environment.region() ?? 'us-east-1';
  const table = environment.ledgerTable();
  if (table === undefined)
    throw new TypeError('CARRYOVER_LEDGER_TABLE is not set: the stack sets it for each function');
  const location = `dynamodb://${region}/${table}`;
  const { requestTimeoutMs } = settings;
  const onThrottled = throttleCount(metrics);
  const ledger = openDynamodbLedger({ region, table, location, requestTimeoutMs, onThrottled });
  const stores = new Map<string, Promise<OpenedDeclaredStore>>();
  const opened = (name: string) =>
    once(stores, name, async () => {
      const store = await openDeclaredStore(project, name, settings, { onThrottled });
      open.add(store);
      return store;
    });
  const keyValues = new Map<string, Promise<KeyValueDriver>>();
  return {
    project,
    registry: createRegistry(files, project.gaps ?? []),
    settings,
    ledger: countingLedger(ledger, metrics),
    clock: systemClock,
    openStore: async (name) => (await opened(name)).store,
    reaches: (name) => reaches(project, name),
    openKeyValueDriver: (store, table) =>
      once(keyValues, JSON.stringify([store, table]), async () => (await opened(store)).openKeyValueDriver(table)),
    who: 'an execution of the state machine',
    where: environment.functionName() ?? 'AWS Lambda',
    newId: () => ulid(),
    emit: openEventBus({ region, requestTimeoutMs }),
  };
}

/** What was opened under this name. What could not be is opened again by the next call, which may come to this very environment. */
function once<T>(opened: Map<string, Promise<T>>, name: string, open: () => Promise<T>): Promise<T> {
  const known = opened.get(name);
  if (known !== undefined) return known;
  const opening = open();
  opened.set(name, opening);
  opening.catch(() => opened.delete(name));
  return opening;
}
