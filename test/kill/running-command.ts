import { spawn, type ChildProcess } from 'node:child_process';

export interface CommandEnd {
  /** What ended it, when it did not end by itself. */
  readonly signal: NodeJS.Signals | null;
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that runs; `ended` is settled when it has, never rejected. */
export interface RunningCommand {
  readonly child: ChildProcess;
  readonly ended: Promise<CommandEnd>;
}

const running = new Set<ChildProcess>();

/** Starts a command of node with an environment of its own, so that the machine's settings do not matter. */
export function startCommand(main: string, args: readonly string[], folder: string): RunningCommand {
  const child = spawn(process.execPath, [main, ...args], {
    cwd: folder,
    env: {
      PATH: process.env['PATH'],
      HOME: folder,
      TMPDIR: folder,
      USER: 'somebody',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => (output[name] += text));
  const ended = new Promise<CommandEnd>((resolve) => {
    child.once('error', (error) => (output.stderr += String(error)));
    child.once('close', (exitCode, signal) => {
      running.delete(child);
      resolve({ exitCode, signal, ...output });
    });
  });
  return { child, ended };
}

/** Ends what a failed test left running. */
export async function endCommands(): Promise<void> {
  const ended = [...running].map((child) => new Promise((resolve) => child.once('close', resolve)));
  for (const child of running) child.kill('SIGKILL');
  await Promise.all(ended);
}
