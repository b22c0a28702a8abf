import { readFile, readlink, realpath } from 'node:fs/promises';
import { join } from 'node:path';

/** What a server's lock file (`postmaster.pid`) says of it. */
export interface ServerState {
  readonly pid: number;
  readonly port: number;
  readonly status: 'starting' | 'ready' | 'stopping';
}

/**
 * A name for a process that no later process of the same id has: the id and, where the system tells, its start.
 * Undefined when it is not running; one that is killed and not yet reaped by its parent is not running either.
 */
export async function processIdentity(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (stat === undefined) return isRunning(pid) && !(await hasProc()) ? String(pid) : undefined;
  // The second field, the name, may hold blanks and brackets: state and start time are the 1st and 20th after it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' || fields[0] === 'X' ? undefined : `${pid}-${fields[19] ?? ''}`;
}

/** The server that runs on this data directory, or undefined: a lock file that outlived its server is no server. */
export async function runningServer(data: string): Promise<ServerState | undefined> {
  const state = parseLockFile(await readLockFile(data));
  if (state === undefined) return undefined;
  return (await servesDirectory(state.pid, data)) ? state : undefined;
}

/** The lock file's text, or undefined when there is none. */
export async function readLockFile(data: string): Promise<string | undefined> {
  return readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => undefined);
}

/**
 * The lines are: process id, directory, start time, port, socket folder, listen address, shared memory key, status
 * (PostgreSQL's src/include/utils/pidfile.h). Later lines may be missing while the server starts.
 */
export function parseLockFile(text: string | undefined): ServerState | undefined {
  const lines = text?.split('\n') ?? [];
  const pid = Number.parseInt(lines[0] ?? '', 10);
  if (!(pid > 0)) return undefined;
  const status = lines[7]?.trim();
  return {
    pid,
    port: Number.parseInt(lines[3] ?? '', 10) || 0,
    status: status === 'ready' || status === 'stopping' ? status : 'starting',
  };
}

/** A process id may have gone to another program since: a server's working directory is its data directory. */
async function servesDirectory(pid: number, data: string): Promise<boolean> {
  if (!(await hasProc())) return isRunning(pid);
  const [directory, own] = await Promise.all([
    readlink(`/proc/${pid}/cwd`).catch(() => undefined),
    realpath(data).catch(() => data),
  ]);
  return directory === own;
}

/** Whether a process of this id is there, whoever owns it. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function hasProc(): Promise<boolean> {
  return (await readlink('/proc/self').catch(() => undefined)) !== undefined;
}
