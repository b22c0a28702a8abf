import { readFile } from 'node:fs/promises';
import { exitCodes } from '../engine/status/exit-codes.js';
import { explain } from './exit-with.js';
import { createProgram } from './program.js';

/** Runs the command that these arguments name, and resolves with its exit code. What is wrong is told on stderr. */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  let exitCode: number = exitCodes.done;
  try {
    await createProgram(await ownVersion(), (code) => (exitCode = code)).parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    const explained = explain(error);
    if (explained.message !== '') process.stderr.write(`${explained.message}\n`);
    return explained.exitCode;
  }
}

/** The version of the package that these sources lie in, or its built form does. */
async function ownVersion(): Promise<string> {
  const inPackage = (path: string) => readFile(new URL(path, import.meta.url), 'utf8');
  const text = await inPackage('../../package.json').catch(() => inPackage('../../../package.json'));
  return (JSON.parse(text) as { version: string }).version;
}
