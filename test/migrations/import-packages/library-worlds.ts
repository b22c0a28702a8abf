import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { Dependencies } from '../../../src/engine/dependencies.js';
import { localHandlers } from '../../../src/cli/handlers.js';
import { runStatus, type RunStatus } from '../../../src/engine/status/run-status.js';
import type { KeyValueStore } from '../../../src/kv/key-value-store.js';
import { openLocalRuntime } from '../../../src/local/local-runtime.js';
import { openKeyValueStore } from '../../../src/local/open-key-value-store.js';
import { runStateMachine } from '../../../src/local/state-machine.js';
import type { ImportPackagesOptions } from '../../../src/migrations/import-packages/packages.js';
import type { Registry } from '../../../src/migrations/registry.js';
import type { Project } from '../../../src/project.js';
import type { Store } from '../../../src/stores/store.js';
import { changeState } from '../../../src/versions/state-entry.js';
import { definition } from '../../support/copy-run.js';
import { testDynamodb } from '../../support/dynamodb.js';
import { testPostgres } from '../../support/postgres.js';
import { libraryRegistry, type LibrarySize } from './library.js';
import { fillLibraryTables } from './library-tables.js';

/** Where the entries go: DynamoDB, another schema of the database, or the very schema that has the tables. */
export type Target = 'dynamodb' | 'schema' | 'same';
export const targets: readonly Target[] = ['dynamodb', 'schema', 'same'];

/** A library in PostgreSQL, with targets, an archive on disk and a ledger of its own, all empty. */
export interface LibraryWorld {
  readonly project: Project;
  readonly sql: pg.Pool;
  readonly archive: string;
  /** Runs the state machine once with `{ up: {} }`, with stores that are opened anew, as each command does. */
  up(registry?: Registry, around?: Partial<Around>): Promise<RunStatus['run']>;
  /** A declared store, for looks from outside. */
  store(name: string): Promise<Store>;
  /** The names of all tables of a store. */
  tables(name: string): Promise<readonly string[]>;
  /** The key-value store as a service opens it. */
  service(target: Target, table?: string): Promise<KeyValueStore>;
  close(): Promise<void>;
}

export interface Around {
  readonly dependencies: (given: Dependencies) => Dependencies;
  readonly callMs: number;
}

export interface WorldOptions {
  /** What the migration reads the database by, where that is not the server itself. */
  readonly sqlUrl?: (url: string) => string;
  readonly settings?: Project['settings'];
}

export interface LibraryWorlds {
  world(size: LibrarySize, options?: WorldOptions): Promise<LibraryWorld>;
  readonly postgresUrl: string;
  stop(): Promise<void>;
}

/** The options that lead to a target. */
export function leadingTo(target: Target, more: Partial<ImportPackagesOptions> = {}): Registry {
  return libraryRegistry({ to: target === 'same' ? {} : { store: target }, ...more });
}

/** One PostgreSQL and one DynamoDB for a suite. */
export async function openLibraryWorlds(): Promise<LibraryWorlds> {
  const [postgres, dynamodb, folder] = await Promise.all([
    testPostgres(),
    testDynamodb(),
    mkdtemp(join(tmpdir(), 'carryover-library-')),
  ]);
  const open: LibraryWorld[] = [];
  return {
    postgresUrl: postgres.url,
    async world(size, { sqlUrl = (url: string) => url, settings = {} }: WorldOptions = {}) {
      const name = `w${randomBytes(6).toString('hex')}`;
      const at = `dynamodb://us-east-1/${name}-?endpoint=${dynamodb.endpoint}`;
      const stores = {
        sql: { url: `${sqlUrl(postgres.url)}?schema=${name}`, allowReplace: true },
        dynamodb: { url: at, allowReplace: true },
        schema: { url: `${postgres.url}?schema=${name}_kv`, allowReplace: true },
        archive: { url: `archive:${join(folder, name)}`, allowReplace: true },
      };
      const project: Project = {
        ...{ stores, database: 'sql', ledger: `dynamodb://us-east-1/ledger-${name}-?endpoint=${dynamodb.endpoint}` },
        settings: { leaseMs: 6_000, requestTimeoutMs: 2_000, ...settings },
      };
      const sql = await filledSchema(postgres.url, name, size);
      const world = await openWorld(project, sql, { name, url: `${postgres.url}?schema=${name}` }, join(folder, name));
      open.push(world);
      return world;
    },
    async stop() {
      await Promise.all(open.map((world) => world.close()));
      await Promise.all([postgres.stop(), dynamodb.stop(), rm(folder, { recursive: true, force: true })]);
    },
  };
}

async function filledSchema(url: string, schema: string, size: LibrarySize): Promise<pg.Pool> {
  const sql = new pg.Pool({ connectionString: url, options: `-c search_path=${schema}`, max: 4 });
  sql.on('error', () => undefined);
  await sql.query(`CREATE SCHEMA ${schema}`);
  await fillLibraryTables(sql, size);
  return sql;
}

async function openWorld(
  project: Project,
  sql: pg.Pool,
  direct: { readonly name: string; readonly url: string },
  archive: string,
): Promise<LibraryWorld> {
  const looking = await openLocalRuntime({
    project: { ...project, stores: { ...project.stores, sql: direct.url } },
    who: 'a test',
    where: 'here',
  });
  const services: KeyValueStore[] = [];
  const store: LibraryWorld['store'] = (name) => looking.dependencies.openStore(name);
  // Its tables were made before Carryover came to it.
  await changeState((await store('sql')).keyValues, (state) => ({ ...state, baseline: 0 }));
  let closing: Promise<unknown> | undefined;
  return {
    ...{ project, sql, archive, store },
    up: (registry = libraryRegistry(), around = {}) => runUp(project, registry, around),
    async tables(name) {
      const names: string[] = [];
      for await (const table of (await store(name)).tables()) names.push(table);
      return names.sort();
    },
    async service(target, table = 'key_values') {
      const declared = project.stores[target] as { url: string };
      const opened = await openKeyValueStore(target === 'same' ? direct.url : declared.url, { table });
      services.push(opened);
      return opened;
    },
    close: () =>
      (closing ??= Promise.all([...services.map((service) => service.close()), looking.close(), sql.end()])).then(
        () => undefined,
      ),
  };
}

async function runUp(project: Project, registry: Registry, around: Partial<Around>): Promise<RunStatus['run']> {
  const runtime = await openLocalRuntime({ project, registry, who: 'a test', where: 'here' });
  try {
    const { dependencies } = runtime;
    const execution = dependencies.newId();
    const handlers = localHandlers(around.dependencies?.(dependencies) ?? dependencies);
    const { callMs = 60_000 } = around;
    await runStateMachine({ definition, handlers, execution, input: { up: {} }, callMs, pauseMs: 10 }).catch(
      () => undefined,
    );
    const status = await runStatus(dependencies.ledger, execution);
    if (status === undefined) throw new Error(`execution ${execution} left no record`);
    return status.run;
  } finally {
    await runtime.close();
  }
}

export function expectSuccess({ error, exitCode }: RunStatus['run']): void {
  expect({ error, exitCode }).toEqual({ error: undefined, exitCode: 0 });
}
