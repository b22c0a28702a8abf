import { chmod, chown, cp, mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runningServer } from '../../src/local/embedded-postgres-process.js';
import { startEmbeddedPostgres } from '../../src/local/embedded-postgres.js';
import { kill, openInChild, query, serverIsGone, withPostgresPlaces } from './embedded-postgres-rig.js';

const nobody = 65_534;
const isRoot = process.getuid?.() === 0;

let clone: string;
let folder: string;
withPostgresPlaces((places) => ({ clone, folder } = places));

test('it works in a clone below a folder that no other user may enter', async () => {
  const outer = await mkdtemp(join(tmpdir(), 'carryover-outer-'));
  try {
    await chmod(outer, 0o755);
    const home = join(outer, 'home', 'clone');
    await mkdir(join(outer, 'home'), { mode: 0o700 });
    await cp(clone, home, { recursive: true, verbatimSymlinks: true });
    const path = join(home, 'server');
    const { child, url } = await openInChild({ path }, home);
    expect(await query(url, 'SELECT 1')).toEqual([1]);
    await kill(child);
    await serverIsGone(join(path, 'data'));
  } finally {
    await rm(outer, { recursive: true, force: true });
  }
});

test('an ordinary user runs the server as himself', async () => {
  const uid = isRoot ? nobody : process.getuid!();
  await chmod(folder, 0o777);
  const { url, child } = await openInChild({ path: join(folder, 'own'), ...(isRoot ? { uid } : {}) });
  const { pid } = (await runningServer(join(folder, 'own', 'data')))!;
  expect((await stat(`/proc/${pid}`)).uid).toBe(uid);
  expect(await query(url, 'SELECT 1')).toEqual([1]);
  await kill(child);
  await serverIsGone(join(folder, 'own', 'data'));
});

test('the server runs as the owner of its data, also when no user of this system is', async () => {
  await (await startEmbeddedPostgres({ path: folder, fsync: false })).stop();
  const data = join(folder, 'data');
  const uid = isRoot ? 47_110 : process.getuid!();
  const gid = isRoot ? 47_111 : process.getgid!();
  for (const name of ['.', ...(await readdir(data, { recursive: true }))]) await chown(join(data, name), uid, gid);
  const { url, stop } = await startEmbeddedPostgres({ path: folder, fsync: false });
  expect(await query(url, 'SELECT 1')).toEqual([1]);
  expect((await stat(`/proc/${(await runningServer(data))!.pid}`)).uid).toBe(uid);
  await stop();
});
