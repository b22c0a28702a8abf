import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { serverAccount } from './embedded-postgres-account.js';
import { postgresBinaries } from './embedded-postgres-binaries.js';
import { clusterPassword, ensureCluster, hand } from './embedded-postgres-cluster.js';
import { processIdentity, runningServer } from './embedded-postgres-process.js';
import { engineFolder } from './engine-folder.js';
import { endOrphan, startServer } from './embedded-postgres-server.js';

export interface EmbeddedPostgresOptions {
  /** The folder of the server: data, log. Made where it is missing. */
  readonly path: string;
  /** The database; made where it is missing. */
  readonly name?: string;
  /** False: a power cut may cost the data, the end of a process does not. For tests. Default true. */
  readonly fsync?: boolean;
  /** The folder is removed when the server ends, even when this process is killed. For tests. Default false. */
  readonly temporary?: boolean;
}

export interface EmbeddedPostgres {
  /** With the password: for clients, never for output. */
  readonly url: string;
  /** Ends the server, once everyone in this process who opened the folder has stopped, if this process owns it. */
  stop(): Promise<void>;
}

interface Server {
  readonly port: number;
  readonly password: string;
  stop(): Promise<void>;
}

interface Opened {
  readonly server: Promise<Server>;
  users: number;
  closing?: Promise<void>;
}

const opened = new Map<string, Opened>();

/**
 * Opens the PostgreSQL server of a folder, on 127.0.0.1 and a free port. The server belongs to the first process that
 * opens the folder and ends with it, even when it is killed; later processes use the same server meanwhile. Data stay.
 * The server's log is `server.log` in the folder. Throws InputError
 * when the folder cannot be used, and an Error that says why the server does not start.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const folder = await engineFolder(options.path, 'PostgreSQL');
  const entry = await enter(folder, options);
  try {
    const server = await entry.server;
    const name = options.name ?? 'carryover';
    await ensureDatabase(server, name);
    let stopped: Promise<void> | undefined;
    return { url: serverUrl(server, name), stop: () => (stopped ??= leave(folder, entry)) };
  } catch (error) {
    await leave(folder, entry).catch(() => undefined);
    throw error;
  }
}

async function enter(folder: string, options: EmbeddedPostgresOptions): Promise<Opened> {
  for (let entry = opened.get(folder); entry?.closing !== undefined; entry = opened.get(folder)) await entry.closing;
  const entry = opened.get(folder) ?? { server: open(folder, options), users: 0 };
  entry.users++;
  opened.set(folder, entry);
  return entry;
}

async function leave(folder: string, entry: Opened): Promise<void> {
  if (--entry.users > 0) return;
  const stop = async () => {
    try {
      await entry.server.then((server) => server.stop());
    } finally {
      opened.delete(folder);
    }
  };
  entry.closing = stop();
  // Whoever waits to open the folder again need not learn why closing it failed: its caller does.
  const closing = entry.closing;
  entry.closing = closing.catch(() => undefined);
  await closing;
}

/** Joins the folder's server, or ends what a killed process left there, or starts one: whichever the folder needs. */
async function open(folder: string, { fsync = true, temporary = false }: EmbeddedPostgresOptions): Promise<Server> {
  const account = await serverAccount(folder);
  const place = { account, bin: await postgresBinaries(account) };
  // What is removed after this process has ended is removed by the server's user.
  if (temporary) await hand(folder, account);
  const data = await ensureCluster(folder, place, fsync);
  const password = await clusterPassword(data);
  const owner = `carryover ${(await processIdentity(process.pid)) ?? process.pid}`;
  for (const until = Date.now() + 60_000; Date.now() < until; await sleep(20)) {
    const running = await runningServer(data);
    if (running === undefined) {
      const server = await startServer(place, { folder, data, owner, fsync, temporary });
      if (server !== undefined) return { ...server, password };
    } else if (running.status === 'ready') {
      const owned = await ownerOf({ port: running.port, password });
      if (owned === 'alive') return { port: running.port, password, stop: () => Promise.resolve() };
      if (owned === 'gone') await endOrphan(data);
    }
  }
  throw new Error(`the PostgreSQL server in ${folder} neither starts nor stops: see server.log there`);
}

/** Unknown: the server did not answer, so it is about to start or to end. */
async function ownerOf(server: { port: number; password: string }): Promise<'alive' | 'gone' | 'unknown'> {
  try {
    const name = await withClient(server, 'postgres', async (client) => {
      const { rows } = await client.query<{ name: string }>("SELECT current_setting('cluster_name') AS name");
      return rows[0]?.name ?? '';
    });
    const identity = name.replace(/^carryover /, '');
    return (await processIdentity(Number.parseInt(identity, 10))) === identity ? 'alive' : 'gone';
  } catch {
    return 'unknown';
  }
}

async function ensureDatabase(server: Server, name: string): Promise<void> {
  await withClient(server, 'postgres', async (client) => {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [name]);
    if (rowCount !== 0) return;
    await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`).catch((error: unknown) => {
      // Another process made it at the same moment: duplicate_database, or unique_violation in the catalog.
      if (!['42P04', '23505'].includes((error as { code?: string }).code ?? '')) throw error;
    });
  });
}

async function withClient<T>(
  server: { port: number; password: string },
  database: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ connectionString: serverUrl(server, database), connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function serverUrl({ port, password }: { port: number; password: string }, database: string): string {
  return `postgres://postgres:${password}@127.0.0.1:${port}/${encodeURIComponent(database)}`;
}
