import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runningServer } from '../../src/local/embedded-postgres-process.js';
import { startEmbeddedPostgres } from '../../src/local/embedded-postgres.js';
import { kill, openInChild, query, serverIsGone, withPostgresPlaces } from './embedded-postgres-rig.js';

let folder: string;
withPostgresPlaces((places) => ({ folder } = places));

/** The processes of a process group, but for `except`. */
async function groupOf(pid: number, except: number): Promise<number[]> {
  const ids = (await readdir('/proc')).map(Number).filter((id) => id > 0 && id !== except);
  const stats = await Promise.all(ids.map((id) => readFile(`/proc/${id}/stat`, 'utf8').catch(() => '')));
  const group = (stat: string) => stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2];
  const own = group(await readFile(`/proc/${pid}/stat`, 'utf8'));
  return ids.filter((_, index) => group(stats[index]!) === own);
}

test('data outlive a stop and a start, and a stop leaves nothing running', async () => {
  const first = await startEmbeddedPostgres({ path: folder, fsync: false });
  await query(first.url, 'CREATE TABLE t AS SELECT 7 AS n');
  await first.stop();
  expect(await runningServer(join(folder, 'data'))).toBeUndefined();
  const second = await startEmbeddedPostgres({ path: folder, fsync: false });
  expect(await query(second.url, 'SELECT n FROM t')).toEqual([7]);
  await second.stop();
});

test('the server listens on the loopback address alone and lets nobody in without the password', async () => {
  const { url, stop } = await startEmbeddedPostgres({ path: folder, fsync: false });
  const settings =
    "SELECT setting FROM pg_settings WHERE name IN ('listen_addresses', 'unix_socket_directories') ORDER BY name";
  expect(await query(url, settings)).toEqual(['127.0.0.1', '']);
  const wrong = new URL(url);
  wrong.password = 'wrong';
  await expect(query(wrong.href, 'SELECT 1')).rejects.toThrow('password authentication failed');
  const { password } = new URL(url);
  expect(await readFile(join(folder, 'server.log'), 'utf8')).not.toContain(password);
  expect((await stat(join(folder, 'data', 'carryover.password'))).mode & 0o077).toBe(0);
  await stop();
});

test('everyone in a process who opens a folder shares its server, and the last who stops ends it', async () => {
  const [one, two] = await Promise.all([
    startEmbeddedPostgres({ path: folder, name: 'one', fsync: false }),
    startEmbeddedPostgres({ path: folder, name: 'Two "quoted"', fsync: false }),
  ]);
  expect(new URL(one.url).port).toBe(new URL(two.url).port);
  await one.stop();
  await one.stop();
  expect(await query(two.url, 'SELECT current_database()')).toEqual(['Two "quoted"']);
  const again = two.stop().then(() => startEmbeddedPostgres({ path: folder, name: 'one', fsync: false }));
  expect(await query((await again).url, 'SELECT current_database()')).toEqual(['one']);
  await (await again).stop();
  expect(await runningServer(join(folder, 'data'))).toBeUndefined();
});

test('a server ends with its process when that is killed, and what was committed is there', async () => {
  const { child, url } = await openInChild();
  await query(url, 'CREATE TABLE t AS SELECT 7 AS n');
  await kill(child);
  await serverIsGone(join(folder, 'data'));
  const { url: next, stop } = await startEmbeddedPostgres({ path: folder, fsync: false });
  expect(await query(next, 'SELECT n FROM t')).toEqual([7]);
  await stop();
});

test('a start at the very moment after a kill gets a server of its own, with the data', async () => {
  const { child, url } = await openInChild();
  await query(url, 'CREATE TABLE t (n int)');
  for (let round = 1, owner = child, last = url; round <= 3; round++) {
    await query(last, `INSERT INTO t VALUES (${round})`);
    await kill(owner);
    ({ child: owner, url: last } = await openInChild());
    expect(await query(last, 'SELECT count(*)::int FROM t')).toEqual([round]);
  }
});

test('a server whose watchdog was killed with its process is ended by the next start', async () => {
  const { child, url } = await openInChild();
  await query(url, 'CREATE TABLE t AS SELECT 7 AS n');
  const { pid } = (await runningServer(join(folder, 'data')))!;
  for (const id of await groupOf(pid, pid)) process.kill(id, 'SIGKILL');
  await kill(child);
  expect((await runningServer(join(folder, 'data')))?.pid).toBe(pid);
  const { url: next, stop } = await startEmbeddedPostgres({ path: folder, fsync: false });
  expect((await runningServer(join(folder, 'data')))?.pid).not.toBe(pid);
  expect(await query(next, 'SELECT n FROM t')).toEqual([7]);
  await stop();
});

test('a server that was killed together with all its processes loses nothing that was committed', async () => {
  const { child, url } = await openInChild();
  await query(url, 'CREATE TABLE t AS SELECT n FROM generate_series(1, 1000) n');
  const { pid } = (await runningServer(join(folder, 'data')))!;
  for (const id of [pid, ...(await groupOf(pid, pid))]) process.kill(id, 'SIGKILL');
  await kill(child);
  const { url: next, stop } = await startEmbeddedPostgres({ path: folder, fsync: false });
  expect(await query(next, 'SELECT count(*)::int FROM t')).toEqual([1000]);
  await stop();
});

test('processes that open a new folder at once share one server, and the owner alone ends it', async () => {
  const opened = await Promise.all([openInChild(), openInChild(), openInChild()]);
  expect(new Set(opened.map(({ url }) => url)).size).toBe(1);
  expect((await readdir(folder)).sort()).toEqual(['data', 'server.log']);
  const { pid } = (await runningServer(join(folder, 'data')))!;
  const joined = await startEmbeddedPostgres({ path: folder, fsync: false });
  await joined.stop();
  expect((await runningServer(join(folder, 'data')))?.pid).toBe(pid);
});

test('a stop from outside ends the server before the process ends', async () => {
  const { child } = await openInChild();
  const exit = once(child, 'exit');
  child.stdin!.write('stop\n');
  expect(await exit).toEqual([0, null]);
  expect(await runningServer(join(folder, 'data'))).toBeUndefined();
});

test('a lock file whose process id belongs to another program now does not keep the server from starting', async () => {
  const { url, stop } = await startEmbeddedPostgres({ path: folder, fsync: false });
  await query(url, 'CREATE TABLE t AS SELECT 7 AS n');
  const lock = await readFile(join(folder, 'data', 'postmaster.pid'), 'utf8');
  await stop();
  await writeFile(join(folder, 'data', 'postmaster.pid'), lock.replace(/^\d+/, String(process.pid)));
  const next = await startEmbeddedPostgres({ path: folder, fsync: false });
  expect(await query(next.url, 'SELECT n FROM t')).toEqual([7]);
  await next.stop();
});

test('what a process left that was killed while it made the data is cleared away', async () => {
  const dead = spawn('true');
  await once(dead, 'exit');
  await mkdir(join(folder, `data.new-${dead.pid}-00000000`, 'base'), { recursive: true });
  const { stop } = await startEmbeddedPostgres({ path: folder, fsync: false });
  await stop();
  expect((await readdir(folder)).sort()).toEqual(['data', 'server.log']);
});

test('a temporary folder is gone after its process was killed', async () => {
  const { child } = await openInChild({ temporary: true });
  await kill(child);
  while ((await stat(folder).catch(() => undefined)) !== undefined) await sleep(20);
});

test('data of another major version are refused, and stay', async () => {
  await mkdir(join(folder, 'data'));
  await writeFile(join(folder, 'data', 'PG_VERSION'), '12\n');
  await expect(startEmbeddedPostgres({ path: folder })).rejects.toThrow('was made by PostgreSQL 12');
  expect(await readdir(join(folder, 'data'))).toEqual(['PG_VERSION']);
});
