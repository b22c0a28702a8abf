import { readFile } from 'node:fs/promises';
import { ulid } from 'ulid';
import type { Clock } from '../../src/clock.js';
import { localHandlers } from '../../src/cli/handlers.js';
import type { Dependencies } from '../../src/engine/dependencies.js';
import { runStatus, type RunStatus } from '../../src/engine/status/run-status.js';
import type { Json } from '../../src/json.js';
import { openDynamodbLedger } from '../../src/ledger/dynamodb-ledger.js';
import type { KeyValueDriver } from '../../src/kv/key-value-driver.js';
import { MemoryKeyValueDriver } from '../../src/kv/memory-key-value-store.js';
import type { Ledger } from '../../src/ledger/ledger.js';
import { runStateMachine, type Handler } from '../../src/local/state-machine.js';
import { noMigrations, type Registry } from '../../src/migrations/registry.js';
import type { Project } from '../../src/project.js';
import { withDefaults, type Settings } from '../../src/settings.js';
import type { Store } from '../../src/stores/store.js';
import { systemClock } from '../../src/system-clock.js';
import { testDynamodb } from './dynamodb.js';

export const definition = JSON.parse(await readFile('statemachines/migration.asl.json', 'utf8')) as unknown;

/** A ledger of its own table on a DynamoDB engine. */
export async function testLedger(endpoint: string): Promise<Ledger> {
  const table = `ledger-${ulid()}`;
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const options = { region: 'us-east-1', endpoint, table, location: 'the test ledger', requestTimeoutMs: 2_000 };
  const ledger = openDynamodbLedger({ ...options, credentials });
  await ledger.ensure();
  return ledger;
}

/** Gives a suite `count` ledgers on one engine, before its first test; closes all of it after the last. */
export function withTestLedgers(count: 1, use: (ledgers: readonly [Ledger]) => void): void;
export function withTestLedgers(count: number, use: (ledgers: readonly Ledger[]) => void): void;
export function withTestLedgers(count: number, use: (ledgers: readonly [Ledger]) => void): void {
  let engine: Awaited<ReturnType<typeof testDynamodb>>;
  let ledgers: Ledger[] = [];
  beforeAll(async () => {
    engine = await testDynamodb();
    ledgers = await Promise.all(Array.from({ length: count }, () => testLedger(engine.endpoint)));
    use(ledgers as [Ledger]);
  });
  afterAll(async () => {
    await Promise.all(ledgers.map((ledger) => ledger.close()));
    await engine.stop();
  });
}

export interface CopyRunOptions {
  readonly stores: Readonly<Record<string, Store>>;
  readonly ledger: Ledger;
  /** What the configuration says beside its stores, and the migrations. */
  readonly project?: Omit<Project, 'stores'>;
  readonly registry?: Registry;
  /** Reads the outcome, where `ledger` is one that fails. */
  readonly outcomes?: Ledger;
  /** In the place of the real ones. */
  readonly handlers?: Readonly<Record<string, Handler>>;
  readonly settings?: Partial<Settings>;
  readonly clock?: Clock;
  readonly callMs?: number;
  readonly pauseMs?: number;
  /** Calls leave the lease to one another, as on the command line; functions do not. */
  readonly sharesLease?: boolean;
  /** The bus that events go to; without it there is none. */
  readonly emit?: Dependencies['emit'];
}

export function testDependencies(options: CopyRunOptions): Dependencies {
  const { stores, ledger, settings, clock = systemClock, sharesLease = false, emit } = options;
  const keyValues = new Map<string, KeyValueDriver>();
  return {
    ...(sharesLease ? { heldLeases: new Map() } : {}),
    ...(emit === undefined ? {} : { emit }),
    project: {
      ...options.project,
      stores: Object.fromEntries(Object.keys(stores).map((name) => [name, `memory:${name}`])),
    },
    registry: options.registry ?? noMigrations,
    settings: withDefaults({ leaseMs: 3_000, requestTimeoutMs: 500, ...settings }),
    ledger,
    clock,
    openStore: (name) => Promise.resolve(stores[name] as Store),
    openKeyValueDriver(store, table) {
      const name = JSON.stringify([store, table]);
      const driver = keyValues.get(name) ?? new MemoryKeyValueDriver();
      keyValues.set(name, driver);
      return Promise.resolve(driver);
    },
    who: 'a test',
    where: 'this machine',
    newId: () => ulid(),
  };
}

/** Runs one copy in process; returns what the ledger says of it. */
export function runCopy(options: CopyRunOptions, copy: Record<string, unknown>): Promise<RunStatus> {
  return runExecution(options, { copy: { from: 'source', to: 'target', ...copy } } as Json);
}

/** Runs one execution of the state machine in process; returns what the ledger says of it. */
export async function runExecution(options: CopyRunOptions, input: Json): Promise<RunStatus> {
  const deps = testDependencies(options);
  const execution = ulid();
  await runStateMachine({
    definition,
    handlers: { ...localHandlers(deps), ...options.handlers },
    execution,
    input,
    callMs: options.callMs ?? 60_000,
    pauseMs: options.pauseMs ?? 10,
  });
  const status = await runStatus(options.outcomes ?? options.ledger, execution);
  if (status === undefined) throw new Error(`execution ${execution} left no record`);
  return status;
}
