import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdir, open, readFile, readdir, rename, rm, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Account } from './embedded-postgres-account.js';
import { isRunning } from './embedded-postgres-process.js';

export interface ClusterPlace {
  /** The folder of PostgreSQL's programs. */
  readonly bin: string;
  readonly account: Account | undefined;
}

const passwordFile = 'carryover.password';
const majorVersion = '18';

/**
 * Makes the data directory `data` in `folder` where it is missing. It is made beside and renamed when it is whole, so
 * that a killed process leaves nothing half and of two processes one wins.
 */
export async function ensureCluster(folder: string, place: ClusterPlace, fsync: boolean): Promise<string> {
  const data = join(folder, 'data');
  const version = await readFile(join(data, 'PG_VERSION'), 'utf8').catch(absent);
  if (version === undefined) await makeCluster(folder, data, place, fsync);
  else if (version.trim() !== majorVersion)
    throw new Error(
      `${data} was made by PostgreSQL ${version.trim()}, this is ${majorVersion}: dump it and load it anew`,
    );
  return data;
}

/** The password of the user `postgres`; made with the data, so that the two always fit. */
export async function clusterPassword(data: string): Promise<string> {
  return (await readFile(join(data, passwordFile), 'utf8')).trim();
}

/**
 * Root can enter folders that the server's user cannot. The server is therefore started in its data directory, where
 * only the way to it is barred, and calls it by Linux's name for one's own working directory.
 */
export function dataArgument(data: string, account: Account | undefined): string {
  return account !== undefined && process.platform === 'linux' ? '/proc/self/cwd' : data;
}

/** Nothing of the caller's PG* and LC_* variables reaches the server. */
export function serverEnvironment(): Record<string, string> {
  return { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
}

async function makeCluster(folder: string, data: string, place: ClusterPlace, fsync: boolean): Promise<void> {
  await removeAbandoned(folder);
  const fresh = join(folder, `data.new-${process.pid}-${randomBytes(4).toString('hex')}`);
  const password = randomBytes(24).toString('base64url');
  await mkdir(fresh, { mode: 0o700 });
  try {
    await hand(fresh, place.account);
    await initialise(fresh, password, place, fsync);
    await writeFile(join(fresh, passwordFile), `${password}\n`, { mode: 0o600 });
    await rename(fresh, data);
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    const lostTheRace = ['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '');
    if (!lostTheRace) throw error;
  }
}

async function initialise(fresh: string, password: string, place: ClusterPlace, fsync: boolean): Promise<void> {
  const path = `${fresh}.password`;
  await writeFile(path, `${password}\n`, { mode: 0o600 });
  await hand(path, place.account);
  // The program reads it as its fourth open file: the file itself is gone before anybody could find it.
  const file = await open(path);
  await unlink(path);
  const flags = ['--username=postgres', '--auth=scram-sha-256', '--pwfile=/dev/fd/3', '--encoding=UTF8', '--locale=C'];
  const locale = ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', ...(fsync ? [] : ['--no-sync'])];
  try {
    await run(join(place.bin, 'initdb'), [...flags, ...locale, '-D', dataArgument(fresh, place.account)], fresh, {
      account: place.account,
      fd: file.fd,
    });
  } finally {
    await file.close();
  }
}

function run(
  program: string,
  args: string[],
  cwd: string,
  how: { account: Account | undefined; fd: number },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      ...how.account?.ids,
      cwd,
      env: serverEnvironment(),
      stdio: ['ignore', 'ignore', 'pipe', how.fd],
    });
    let said = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-2_000)));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`PostgreSQL could not make its data directory ${cwd}: ${said.trim()}`));
    });
  });
}

/** Makes the server's user the owner. */
export async function hand(path: string, account: Account | undefined): Promise<void> {
  if (account === undefined) return;
  await chown(path, account.ids.uid, account.ids.gid);
}

/** What processes that were killed in the middle of `makeCluster` left. */
async function removeAbandoned(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const pid = /^data\.new-(\d+)-/.exec(name)?.[1];
    if (pid !== undefined && !isRunning(Number(pid))) await rm(join(folder, name), { recursive: true, force: true });
  }
}

function absent(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
  throw error;
}
