import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { open, stat, unlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { dataArgument, serverEnvironment } from './embedded-postgres-cluster.js';
import type { ClusterPlace } from './embedded-postgres-cluster.js';
import { isRunning, parseLockFile, readLockFile, runningServer } from './embedded-postgres-process.js';

/** A server that this process started and that ends with it. */
export interface OwnServer {
  readonly port: number;
  /** Ends the server and returns when it is gone. */
  stop(): Promise<void>;
}

export interface ServerOptions {
  readonly folder: string;
  readonly data: string;
  /** Who owns the server: it tells everyone by its `cluster_name`. */
  readonly owner: string;
  readonly fsync: boolean;
  /** The folder is removed when the server has ended, however it ended. */
  readonly temporary: boolean;
}

/**
 * Starts the server ($3 on) and ends it by a fast shutdown when standard input closes: that is when the process that
 * holds the other end stops it or dies, even by SIGKILL. $1 is a folder to remove in the end, or empty.
 */
const watchdog = `
exec 3<&0 </dev/null
folder=$1; shift
"$@" 3<&- &
server=$!
( read -r line <&3; kill -INT "$server" ) 2>/dev/null &
watcher=$!
wait "$server"; code=$?
kill "$watcher" 2>/dev/null
exec 3<&-
cd / && [ -n "$folder" ] && rm -rf -- "$folder"
exit "$code"`;

/**
 * Starts a server on the data directory and returns when it accepts connections; undefined when another process has
 * started one there meanwhile. Throws with the end of its log when it does not start.
 */
export async function startServer(place: ClusterPlace, options: ServerOptions): Promise<OwnServer | undefined> {
  const logPath = join(options.folder, 'server.log');
  await removeStaleLock(options.data);
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    const logStart = (await stat(logPath).catch(() => undefined))?.size ?? 0;
    const child = await spawnWatched(place, options, port, logPath);
    if (await isReady(child, options.data, port)) return { port, stop: () => stopServer(child, options.data) };
    const log = await logSince(logPath, logStart);
    if (log.includes('lock file "postmaster.pid"') || log.includes('pre-existing shared memory')) return undefined;
    const portTaken = log.includes('Address already in use');
    if (!portTaken || attempt === 5) throw new Error(`PostgreSQL did not start in ${options.folder}: ${log.trim()}`);
  }
}

/** Ends a server whose owner is gone. Its watchdog may do the same: a second fast shutdown changes nothing. */
export async function endOrphan(data: string): Promise<void> {
  for (const [signal, waitMs] of [
    ['SIGINT', 10_000],
    ['SIGQUIT', 10_000],
  ] as const) {
    const server = await runningServer(data);
    if (server === undefined) return;
    if (isRunning(server.pid)) process.kill(server.pid, signal);
    for (const until = Date.now() + waitMs; Date.now() < until; await sleep(20)) {
      if ((await runningServer(data))?.pid !== server.pid) return;
    }
  }
  throw new Error(`a PostgreSQL server whose owner is gone still runs in ${data} and does not stop`);
}

async function spawnWatched(
  place: ClusterPlace,
  options: ServerOptions,
  port: number,
  logPath: string,
): Promise<ChildProcess> {
  const log = await open(logPath, 'a', 0o600);
  try {
    const command = [join(place.bin, 'postgres'), '-D', dataArgument(options.data, place.account)];
    const settings = Object.entries(serverSettings(options, port)).flatMap(([name, value]) => [
      '-c',
      `${name}=${value}`,
    ]);
    const removed = options.temporary ? options.folder : '';
    const child = spawn('/bin/sh', ['-c', watchdog, 'carryover-postgres', removed, ...command, ...settings], {
      ...place.account?.ids,
      cwd: options.data,
      env: serverEnvironment(),
      stdio: ['pipe', log.fd, log.fd],
      // A group of its own: an interrupt from the keyboard is for this process alone, which then ends the server.
      detached: true,
    });
    child.stdin?.on('error', () => undefined);
    await once(child, 'spawn');
    // Neither keeps this process running: a server that nobody stops ends with it.
    child.unref();
    (child.stdin as Socket).unref();
    return child;
  } finally {
    await log.close();
  }
}

function serverSettings({ owner, fsync }: ServerOptions, port: number): Record<string, string> {
  return {
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    cluster_name: owner,
    fsync: fsync ? 'on' : 'off',
    // Without fsync a commit still reaches the operating system: it outlives every process, not a power cut.
    synchronous_commit: 'on',
    full_page_writes: fsync ? 'on' : 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    // Statements hold data and may hold passwords.
    log_min_error_statement: 'panic',
    log_checkpoints: 'off',
  };
}

async function isReady(child: ChildProcess, data: string, port: number): Promise<boolean> {
  for (; hasNotEnded(child); await sleep(10)) {
    const state = parseLockFile(await readLockFile(data));
    if (state?.port === port && state.status === 'ready') return true;
  }
  return false;
}

async function stopServer(child: ChildProcess, data: string): Promise<void> {
  if (!hasNotEnded(child)) return;
  const exit = once(child, 'exit');
  child.ref();
  child.stdin?.end();
  const ended = await Promise.race([exit, sleep(30_000, 'late' as const, { ref: false })]);
  if (ended === 'late') await endOrphan(data);
}

function hasNotEnded(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}

/** A lock file whose process id has gone to another program would keep the server from starting. */
async function removeStaleLock(data: string): Promise<void> {
  const text = await readLockFile(data);
  if (text === undefined || (await runningServer(data)) !== undefined) return;
  if (text === (await readLockFile(data))) await unlink(join(data, 'postmaster.pid')).catch(() => undefined);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function logSince(path: string, start: number): Promise<string> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const length = Math.min(size - start, 4_000);
    return (await file.read(Buffer.alloc(length), 0, length, size - length)).buffer.toString('utf8');
  } finally {
    await file.close();
  }
}
