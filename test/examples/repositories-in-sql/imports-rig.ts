import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { ulid } from 'ulid';
import createTables from '../../../examples/repositories-in-sql/migrations/0001_create_tables.js';
import passedRuns from '../../../examples/repositories-in-sql/migrations/0002_passed_runs.js';
import { serviceTable, toKeyValues } from '../../../examples/repositories-in-sql/migrations/_key-values.js';
import type { Slice } from '../../../examples/repositories-in-sql/history/source-repositories.js';
import { fillDatabase } from '../../../examples/repositories-in-sql/fill-database.js';
import { keyValueReads } from '../../../examples/repositories-in-sql/reads/key-value-reads.js';
import type { Reads } from '../../../examples/repositories-in-sql/reads/reads.js';
import { sqlReads } from '../../../examples/repositories-in-sql/reads/sql-reads.js';
import type { Backend } from '../../../examples/repositories/records.js';
import { localHandlers } from '../../../src/cli/handlers.js';
import type { Dependencies } from '../../../src/engine/dependencies.js';
import { runStatus, type RunStatus } from '../../../src/engine/status/run-status.js';
import { chainSummary, type ChainSummary } from '../../../src/engine/tasks/chain-summary.js';
import type { Json } from '../../../src/json.js';
import { openKeyValueStore } from '../../../src/local/open-key-value-store.js';
import { openLocalRuntime } from '../../../src/local/local-runtime.js';
import { runStateMachine } from '../../../src/local/state-machine.js';
import { createRegistry } from '../../../src/migrations/registry.js';
import type { Project } from '../../../src/project.js';
import { systemClock } from '../../../src/system-clock.js';
import { definition } from '../../support/copy-run.js';
import { testDynamodb } from '../../support/dynamodb.js';
import { testPostgres } from '../../support/postgres.js';

/** The stores of the example's own configuration, and a key-value store in another schema of the same server. */
export type Target = 'kv' | 'pgkv';

export interface WorldOptions {
  /** Default `kv`, in DynamoDB. */
  readonly target?: Target;
  /** By way of the archive. Default directly. */
  readonly viaArchive?: boolean;
  readonly keepTables?: boolean;
  readonly flags?: Project['flags'];
  readonly settings?: Project['settings'];
}

export interface Run extends RunStatus {
  readonly summary: ChainSummary | undefined;
}

/** The example with a database, targets, an archive and a ledger of its own, all empty. */
export interface World {
  /** The schema with the tables of SQL. */
  readonly sql: pg.Pool;
  readonly place: { readonly connection: string; readonly schema: string };
  readonly archive: string;
  fill(slice?: Slice): Promise<Record<string, number>>;
  /** Runs the state machine once with `{ up: input }`, with stores that are opened anew, as each command does. */
  up(input?: Json, around?: (given: Dependencies) => Dependencies): Promise<Run>;
  /** As `up`; throws what the run says where it did not succeed. */
  upTo(version: number): Promise<Run>;
  /** What the service answers from its tables. */
  readonly before: Reads;
  /** What it answers from the key-value store. */
  readonly after: Reads;
  readonly backend: Backend;
  close(): Promise<void>;
}

export interface ImportsRig {
  world(options?: WorldOptions): Promise<World>;
  stop(): Promise<void>;
}

/** One PostgreSQL and one DynamoDB for a suite. */
export async function openImportsRig(): Promise<ImportsRig> {
  const [postgres, dynamodb, folder] = await Promise.all([
    testPostgres(),
    testDynamodb(),
    mkdtemp(join(tmpdir(), 'carryover-imports-')),
  ]);
  const open: World[] = [];
  return {
    async world(options = {}) {
      const engines = { postgresUrl: postgres.url, endpoint: dynamodb.endpoint, folder };
      const world = await openWorld(engines, options);
      open.push(world);
      return world;
    },
    async stop() {
      await Promise.all(open.map((world) => world.close()));
      await Promise.all([postgres.stop(), dynamodb.stop(), rm(folder, { recursive: true, force: true })]);
    },
  };
}

interface Engines {
  readonly postgresUrl: string;
  readonly endpoint: string;
  readonly folder: string;
}

async function openWorld({ postgresUrl, endpoint, folder }: Engines, options: WorldOptions): Promise<World> {
  const name = `w${randomBytes(6).toString('hex')}`;
  const sql = new pg.Pool({ connectionString: postgresUrl, options: `-c search_path=${name}`, max: 4 });
  sql.on('error', () => undefined);
  await sql.query(`CREATE SCHEMA ${name}`);
  const archive = join(folder, name);
  const stores = {
    sql: `${postgresUrl}?schema=${name}`,
    kv: { url: `dynamodb://us-east-1/${name}-?endpoint=${endpoint}`, allowReplace: true },
    pgkv: { url: `${postgresUrl}?schema=${name}_kv`, allowReplace: true },
    archive: { url: `archive:${archive}`, allowReplace: true },
  };
  const project: Project = {
    ...{ stores, database: 'sql', ledger: `dynamodb://us-east-1/ledger-${name}-?endpoint=${endpoint}` },
    flags: { keyValueStore: true, ...options.flags },
    settings: { leaseMs: 6_000, requestTimeoutMs: 2_000, ...options.settings },
  };
  const { target = 'kv' } = options;
  const store = await openKeyValueStore(stores[target].url, { table: serviceTable });
  const backend = { store, clock: systemClock };
  let closing: Promise<void> | undefined;
  const up: World['up'] = (input = {}, around = (given) => given) => runUp(project, options, input, around);
  return {
    up,
    async upTo(version) {
      const run = await up({ to: version });
      if (run.run.exitCode !== 0) throw new Error(`the run did not succeed: ${JSON.stringify(run.run)}`);
      return run;
    },
    place: { connection: postgresUrl, schema: name },
    ...{ sql, archive, backend, before: sqlReads(sql), after: keyValueReads(backend) },
    async fill(slice = {}) {
      const connection = await sql.connect();
      try {
        return await fillDatabase(connection, { slice });
      } finally {
        connection.release();
      }
    },
    close: () => (closing ??= Promise.all([store.close(), sql.end()]).then(() => undefined)),
  };
}

/** The example's own migrations; the last one leads to the target of the test. */
function registryOf({ target = 'kv', viaArchive = false, keepTables = false }: WorldOptions) {
  const via = viaArchive ? { via: 'archive' } : {};
  const files = {
    '0001_create_tables.ts': createTables,
    '0002_passed_runs.ts': passedRuns,
    '0003_key_values.ts': toKeyValues(target, { ...via, keepTables }),
  };
  return createRegistry(
    Object.entries(files).map(([file, exported]) => ({ file, checksum: file, definition: exported })),
    [],
  );
}

async function runUp(
  project: Project,
  options: WorldOptions,
  input: Json,
  around: (given: Dependencies) => Dependencies,
): Promise<Run> {
  const runtime = await openLocalRuntime({ project, registry: registryOf(options), who: 'a test', where: 'here' });
  try {
    const execution = ulid();
    const { dependencies } = runtime;
    await runStateMachine({
      ...{ definition, handlers: localHandlers(around(dependencies)), execution, input: { up: input } },
      ...{ callMs: 60_000, pauseMs: 10 },
    }).catch(() => undefined);
    const status = await runStatus(dependencies.ledger, execution);
    if (status === undefined) throw new Error(`execution ${execution} left no record`);
    return { ...status, summary: await chainSummary(dependencies.ledger, execution) };
  } finally {
    await runtime.close();
  }
}
