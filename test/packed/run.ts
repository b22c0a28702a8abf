import { execFile } from 'node:child_process';
import { delimiter, dirname, resolve } from 'node:path';
import { promisify } from 'node:util';

export interface Output {
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a program in a folder, in the environment that a person has who never saw this checkout: nothing of npm's, which runs
 * these tests, and no program of this checkout but the Node that runs them. Rejects, with all that the program wrote, when it fails.
 */
export async function run(
  cwd: string,
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Output> {
  try {
    const options = { cwd, env: { ...strangersEnvironment(), ...env }, maxBuffer: 64 * 1024 * 1024 };
    return await promisify(execFile)(program, args, options);
  } catch (error) {
    // The message has what went to stderr.
    const { message, stdout } = error as Error & Output;
    throw new Error(`${message}\n${stdout}`);
  }
}

function strangersEnvironment(): Record<string, string> {
  const ours = /^(npm_|INIT_CWD$|JEST_|NODE_ENV$|NODE_OPTIONS$|AWS_|CARRYOVER_|CDK_|FORCE_COLOR$)/i;
  const kept = Object.entries(process.env).filter(([name]) => !ours.test(name));
  const paths = (process.env['PATH'] ?? '').split(delimiter).filter((path) => !path.startsWith(resolve('.')));
  return { ...Object.fromEntries(kept), PATH: [dirname(process.execPath), ...paths].join(delimiter) } as Record<
    string,
    string
  >;
}
