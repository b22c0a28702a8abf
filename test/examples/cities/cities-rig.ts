import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import pg from 'pg';
import { ulid } from 'ulid';
import { countries, type Country } from '../../../examples/cities/city-data.js';
import { fillDatabase } from '../../../examples/cities/fill-database.js';
import { openService, type Service } from '../../../examples/cities/service.js';
import type { Clock } from '../../../src/clock.js';
import { localHandlers } from '../../../src/cli/handlers.js';
import type { Dependencies } from '../../../src/engine/dependencies.js';
import { runStatus, type RunStatus } from '../../../src/engine/status/run-status.js';
import { chainSummary, type ChainSummary } from '../../../src/engine/tasks/chain-summary.js';
import { savedChainForecast, type ChainForecast } from '../../../src/engine/tasks/forecast-chain.js';
import type { Json } from '../../../src/json.js';
import { openLocalRuntime } from '../../../src/local/local-runtime.js';
import { runStateMachine } from '../../../src/local/state-machine.js';
import type { Registry } from '../../../src/migrations/registry.js';
import type { Project } from '../../../src/project.js';
import { loadProject } from '../../../src/project/load-project.js';
import { loadRegistry } from '../../../src/project/load-registry.js';
import { systemClock } from '../../../src/system-clock.js';
import { activeNameKeptMs } from '../../../src/versions/active-table.js';
import { definition } from '../../support/copy-run.js';
import { testDynamodb } from '../../support/dynamodb.js';
import { testPostgres } from '../../support/postgres.js';

const config = resolve('examples/cities/carryover.config.ts');

/** The example's own configuration and migrations, on engines that a suite starts once. */
export interface CitiesRig {
  readonly registry: Registry;
  /** The world with a database, a directory and a ledger of its own, all empty. */
  world(options?: WorldOptions): Promise<World>;
  stop(): Promise<void>;
}

export interface WorldOptions {
  readonly flags?: Project['flags'];
  readonly settings?: Project['settings'];
  /** Begins with a copy of this one's database, and without a directory and a ledger. */
  readonly copyOf?: World;
}

/** One database of the example with all around it. */
export interface World {
  readonly service: Service;
  readonly postgres: { readonly url: string; readonly schema: string };
  readonly dynamodb: { readonly endpoint: string; readonly prefix: string };
  /** Loads the first cities of these countries; of all by default. */
  load(options?: { readonly atMost?: number; readonly only?: readonly string[] }): Promise<readonly Country[]>;
  /** Runs the state machine once with `{ up: input }`, with stores that are opened anew, as each command does. */
  up(input?: Json, around?: Around): Promise<Run>;
  close(): Promise<void>;
}

export interface Run extends RunStatus {
  readonly forecast: ChainForecast | undefined;
  readonly summary: ChainSummary | undefined;
}

export interface Around {
  /** Puts something around what the run works with. */
  readonly dependencies?: (given: Dependencies) => Dependencies;
  readonly callMs?: number;
}

export async function openCitiesRig(): Promise<CitiesRig> {
  const [postgres, dynamodb, project] = await Promise.all([testPostgres(), testDynamodb(), loadProject(config)]);
  const registry = await loadRegistry(config, project);
  const open = new Set<World>();
  return {
    registry,
    async world(options = {}) {
      const engines = { postgresUrl: postgres.url, endpoint: dynamodb.endpoint };
      const world = await openWorld(engines, { ...project, ...changed(project, options) }, registry);
      open.add(world);
      const { copyOf } = options;
      if (copyOf !== undefined) await copySchema(copyOf, copyOf.postgres.schema, world.postgres.schema);
      return world;
    },
    async stop() {
      await Promise.all([...open].map((world) => world.close()));
      await Promise.all([postgres.stop(), dynamodb.stop()]);
    },
  };
}

function changed(project: Project, { flags, settings }: WorldOptions): Partial<Project> {
  return {
    flags: { ...project.flags, ...flags },
    settings: { ...project.settings, leaseMs: 3_000, requestTimeoutMs: 1_000, ...settings },
  };
}

/** Copies all tables of one schema into another that has none, as a backup does: rows, keys, and nothing of who they are. */
export async function copySchema({ service: { sql } }: World, from: string, to: string): Promise<void> {
  await sql.query(`CREATE SCHEMA IF NOT EXISTS ${to}`);
  const tables = await sql.query<{ name: string }>('SELECT tablename AS name FROM pg_tables WHERE schemaname = $1', [
    from,
  ]);
  for (const { name } of tables.rows) {
    await sql.query(`CREATE TABLE ${to}."${name}" (LIKE ${from}."${name}" INCLUDING ALL)`);
    await sql.query(`INSERT INTO ${to}."${name}" SELECT * FROM ${from}."${name}"`);
  }
}

async function openWorld(
  { postgresUrl, endpoint }: { postgresUrl: string; endpoint: string },
  configured: Project,
  registry: Registry,
): Promise<World> {
  const name = `w${randomBytes(6).toString('hex')}`;
  const client = new pg.Client({ connectionString: postgresUrl });
  await client.connect();
  await client.query(`CREATE SCHEMA ${name}`);
  await client.end();
  const database = `${postgresUrl}?schema=${name}`;
  const directory = { url: `dynamodb://us-east-1/${name}-?endpoint=${endpoint}`, allowReplace: true };
  const ledger = `dynamodb://us-east-1/ledger-${name}-?endpoint=${endpoint}`;
  const project = { ...configured, stores: { ...configured.stores, database, directory }, ledger };
  const service = await openService(database);
  let closing: Promise<void> | undefined;
  return {
    service,
    postgres: { url: postgresUrl, schema: name },
    dynamodb: { endpoint, prefix: `${name}-` },
    async load({ atMost = 2, only } = {}) {
      const chosen = countries(atMost).filter(({ code }) => only?.includes(code) ?? true);
      await fillDatabase(service, chosen);
      return chosen;
    },
    async up(input = {}, around = {}) {
      const runtime = await openLocalRuntime({ project, registry, who: 'a test', where: 'this machine' });
      try {
        return await runUp({ ...runtime.dependencies, clock: withoutReaders }, input, around);
      } finally {
        await runtime.close();
      }
    },
    close: () => (closing ??= service.close()),
  };
}

/** The time for which readers keep the names of tables passes at once: there are none. */
const withoutReaders: Clock = {
  ...systemClock,
  sleep: (ms, signal) => (ms === activeNameKeptMs ? Promise.resolve() : systemClock.sleep(ms, signal)),
};

/** Runs the state machine; returns what the ledger says of it. */
async function runUp(given: Dependencies, input: Json, around: Around): Promise<Run> {
  const execution = ulid();
  await runStateMachine({
    definition,
    handlers: localHandlers(around.dependencies?.(given) ?? given),
    execution,
    input: { up: input },
    callMs: around.callMs ?? 60_000,
    pauseMs: 10,
  });
  const status = await runStatus(given.ledger, execution);
  if (status === undefined) throw new Error(`execution ${execution} left no record`);
  const [forecast, summary] = await Promise.all([
    savedChainForecast(given.ledger, execution),
    chainSummary(given.ledger, execution),
  ]);
  return { ...status, forecast, summary };
}
