import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InputError, type Fault } from '../../src/errors.js';
import type { Deployable } from '../../src/project/deployed-stores.js';

/** What a deployment needs of a project. Plain JSON: it is made by a process of its own. */
export interface ProjectBundle {
  /** The folder that holds `<name>/index.mjs` for each function. */
  readonly functions: string;
  /** The stores that functions open, and what they may do with them. */
  readonly deployable: Deployable;
  /** Units at a time, as the project's settings say. */
  readonly concurrency: number;
}

/** The name of a configuration in a project's folder. */
export const configurationName = 'carryover.config.ts';

/**
 * Bundles the project of a folder, or of a configuration, into `functions`, a folder that is made anew. Constructs are made
 * without waiting, and bundling takes its time: it is done by a process that this one waits for. Throws InputError with all that is
 * wrong with the project, as `bundleFunctions` does.
 */
export function bundleProjectSync(project: string, functions: string): ProjectBundle {
  const { status, stdout, stderr, error } = spawnSync(
    process.execPath,
    [builtFile('bundle-main.js'), configurationOf(project), functions],
    { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  if (error !== undefined) throw error;
  const answer = lastLine(stdout);
  if (status === 2 && answer !== undefined) throw new InputError((answer as { faults: Fault[] }).faults);
  // esbuild's warnings and what the configuration writes are for the person who synthesises.
  process.stderr.write(stderr);
  if (status !== 0 || answer === undefined) throw new Error(`the project ${project} could not be bundled: see above`);
  return answer as ProjectBundle;
}

/** A folder stands for the configuration in it. */
function configurationOf(project: string): string {
  const path = resolve(project);
  return existsSync(path) && statSync(path).isDirectory() ? join(path, configurationName) : path;
}

/** The configuration may write lines of its own before. */
function lastLine(stdout: string): unknown {
  try {
    return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as unknown;
  } catch {
    return undefined;
  }
}

/** A file of this folder as it is built: Node cannot run the sources of a checkout. */
function builtFile(name: string): string {
  const beside = fileURLToPath(new URL(name, import.meta.url));
  return existsSync(beside) ? beside : fileURLToPath(new URL(`../../dist/cdk/bundle/${name}`, import.meta.url));
}
