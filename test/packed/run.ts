import { execFile } from 'node:child_process';
import { delimiter, dirname, resolve } from 'node:path';
import { promisify } from 'node:util';

export interface Output {
  readonly stdout: string;
  readonly stderr: string;
}

const timeoutMs = 8 * 60_000;
const maxBuffer = 64 * 1024 * 1024;

/**
 * Runs a program in a folder, in the environment of a person who never saw this checkout. Rejects, with all that the program
 * wrote, when it fails or takes more than eight minutes.
 */
export async function run(cwd: string, program: string, args: readonly string[]): Promise<Output> {
  try {
    return await promisify(execFile)(program, args, {
      cwd,
      env: strangersEnvironment(),
      maxBuffer,
      timeout: timeoutMs,
    });
  } catch (error) {
    // The message has what went to stderr.
    const { message, stdout } = error as Error & Output;
    throw new Error(`${message}\n${stdout}`);
  }
}

/** What npm and jest say to what they run. npm's configuration is kept: on another Node than its own, npm looks elsewhere for it. */
const ofTheseTests =
  /^(npm_(?!config_(globalconfig|userconfig)$)|INIT_CWD$|JEST_|NODE_ENV$|NODE_OPTIONS$|AWS_|CARRYOVER_|CDK_|FORCE_COLOR$)/i;

/** That of these tests, without what is theirs, and without the programs of this checkout but the Node that runs them. */
function strangersEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !ofTheseTests.test(name));
  const paths = (process.env['PATH'] ?? '').split(delimiter).filter((path) => !path.startsWith(resolve('.')));
  return { ...Object.fromEntries(kept), PATH: [dirname(process.execPath), ...paths].join(delimiter) };
}
