import { basename, relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { exitCodes } from '../engine/status/exit-codes.js';
import { projectFiles } from './templates/project-files.js';
import { writeNewFiles } from './write-new-files.js';

/** `carryover init`; resolves with the exit code. */
export function addInitCommand(program: Command, exit: (code: number) => void): void {
  program
    .command('init')
    .description('write a small project that runs as it is: configuration, a migration, a test, a README')
    .argument('[folder]', 'where; made when it is not there, and nothing in it is overwritten', '.')
    .action(async (folder: string) => exit(await init(folder, program.version() ?? '')));
}

async function init(folder: string, version: string): Promise<number> {
  const path = resolve(folder);
  const files = projectFiles(packageName(basename(path)), version);
  await writeNewFiles(path, files);
  const place = relative(process.cwd(), path);
  const next = [
    ...(place === '' ? [] : [`cd ${place}`]),
    'npm install',
    'npx carryover up --dry-run',
    'npx carryover up',
  ];
  const written = Object.keys(files).map((file) => `  ${file}`);
  process.stdout.write([`Wrote into ${path}:`, ...written, 'Next:', ...next.map((line) => `  ${line}`), ''].join('\n'));
  return exitCodes.done;
}

/** A folder's name as npm takes it for a package. https://docs.npmjs.com/cli/configuring-npm/package-json#name */
function packageName(folder: string): string {
  const name = folder
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, '-')
    .replace(/^[._-]+/, '')
    .replace(/-+$/, '')
    .slice(0, 200);
  return name === '' || name === 'carryover' || name === 'node_modules' ? 'my-service' : name;
}
