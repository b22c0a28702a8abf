import { jest } from '@jest/globals';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommandLine } from '../../src/cli/command-line.js';
import type { Ended } from '../support/built-command.js';

/** A folder of its own that commands run in, in this process. */
export interface CommandFolder {
  readonly path: string;
  run(...args: string[]): Promise<Ended>;
  /** Writes a file, or removes it when there is no text. */
  write(name: string, text: string | undefined): Promise<void>;
  /** Everything that lies in it. */
  files(): Promise<string[]>;
  remove(): Promise<void>;
}

/** Makes a folder and goes there; `remove` goes back. */
export async function openFolder(): Promise<CommandFolder> {
  const before = process.cwd();
  const path = await mkdtemp(join(tmpdir(), 'carryover-cli-'));
  process.chdir(path);
  return {
    path,
    run: (...args) => run(args),
    write: (name, text) =>
      text === undefined ? rm(join(path, name), { force: true }) : writeFile(join(path, name), text),
    files: async () => (await readdir(path, { recursive: true })).sort(),
    async remove() {
      process.chdir(before);
      await rm(path, { recursive: true, force: true });
    },
  };
}

/** Nobody is there to be asked, wherever the tests run. */
Object.defineProperty(process.stdin, 'isTTY', { value: false, configurable: true });

async function run(args: readonly string[]): Promise<Ended> {
  const output = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((name) =>
    jest.spyOn(process[name], 'write').mockImplementation((text) => {
      output[name] += String(text);
      return true;
    }),
  );
  try {
    const exitCode = await runCommandLine(args);
    return { exitCode, ...output };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
