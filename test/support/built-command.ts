import { spawn, type ChildProcess } from 'node:child_process';
import { cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

/** The command as it is built, from the sources as they are now: what lies in `dist` may be older. */
export interface BuiltCommand {
  /** A package of its own, laid out as the real one is built; removed by `remove`. */
  readonly folder: string;
  /** The file to run with node. */
  readonly main: string;
  remove(): Promise<void>;
}

/** Each file becomes one of the same place and name, as the package's own build has it, so that all that is found beside it is. */
export async function buildCommand(): Promise<BuiltCommand> {
  const folder = await mkdtemp(join(tmpdir(), 'carryover-command-'));
  const root = resolve('.');
  await build({
    entryPoints: ['src', 'functions', 'examples'].map((name) => join(root, name, '**/*.ts')),
    outbase: root,
    outdir: join(folder, 'dist'),
    platform: 'node',
    format: 'esm',
    target: 'node22',
    logLevel: 'error',
  });
  await cp(join(root, 'package.json'), join(folder, 'package.json'));
  await cp(join(root, 'statemachines'), join(folder, 'statemachines'), { recursive: true });
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  const remove = () => rm(folder, { recursive: true, force: true });
  return { folder, main: join(folder, 'dist/src/cli/main.js'), remove };
}

export interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** Where it runs: its `.carryover` and `carryover.config.ts`. */
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What is typed, where the command reads it; stdin is no terminal. */
  readonly stdin?: string;
  /** Called with all of stderr so far, whenever there is more. */
  readonly onStderr?: (text: string) => void;
  readonly onStart?: (child: ChildProcess) => void;
}

/** Runs a file with node and these arguments to its end, in an environment of its own. Rejects only when it cannot start. */
export function runNode(file: string, args: readonly string[], options: RunOptions): Promise<Ended> {
  const child = spawn(process.execPath, [file, ...args], {
    cwd: options.cwd,
    env: {
      PATH: process.env['PATH'],
      HOME: options.cwd,
      USER: 'somebody',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      ...options.env,
    },
    stdio: 'pipe',
  });
  options.onStart?.(child);
  child.stdin.end(options.stdin ?? '');
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text;
    options.onStderr?.(output.stderr);
  });
  return new Promise((done, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode) => done({ exitCode, ...output }));
  });
}
