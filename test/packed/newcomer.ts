import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readmeCommands } from '../support/readme-commands.js';
import { run, type Output } from './run.js';

/** A project that somebody began with the packed package, outside of this checkout. */
export interface Newcomer {
  readonly folder: string;
  /** The files that README.md tells to write, by their names. */
  readonly told: Readonly<Record<string, string>>;
  /** Run in its folder; reject with all that was written when they fail. */
  npx(...args: string[]): Promise<Output>;
  npm(...args: string[]): Promise<Output>;
  node(...args: string[]): Promise<Output>;
  write(name: string, text: string): Promise<void>;
  read(name: string): Promise<string>;
  readonly remove: () => Promise<void>;
}

/**
 * Does what a newcomer does, with the tarball in the place of the registry's package: installs it into an empty folder, lets it
 * write a project, installs what this needs, and then all that its README says of deploying. `also`: packages besides.
 */
export async function beginProject(tarball: string, also: readonly string[]): Promise<Newcomer> {
  const place = await mkdtemp(join(tmpdir(), 'carryover-newcomer-'));
  const folder = join(place, 'my-service');
  const remove = () => rm(place, { recursive: true, force: true });
  try {
    const empty = join(place, 'empty');
    await mkdir(empty);
    await run(empty, 'npm', ['install', tarball]);
    await run(empty, 'npx', ['carryover', 'init', folder]);
    // Else Node would find it there for the project, too.
    await rm(empty, { recursive: true });
    await run(folder, 'npm', ['pkg', 'set', `dependencies.carryover=file:${tarball}`]);
    const commands = await readmeCommands(join(folder, 'README.md'));
    const installs = commands.filter((command) => command.startsWith('npm install'));
    for (const command of installs) await run(folder, 'npm', command.split(' ').slice(1));
    await run(folder, 'npm', ['install', '--save-dev', ...also]);
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    folder,
    told: toldFiles(await readFile(join(folder, 'README.md'), 'utf8')),
    npx: (...args) => run(folder, 'npx', args),
    npm: (...args) => run(folder, 'npm', args),
    node: (...args) => run(folder, process.execPath, args),
    write: (name, text) => writeFile(join(folder, name), text),
    read: (name) => readFile(join(folder, name), 'utf8'),
    remove,
  };
}

/** The blocks of TypeScript of a README, each named by the last file that the text before it names. */
function toldFiles(readme: string): Record<string, string> {
  const blocks = [...readme.matchAll(/`([\w./-]+\.ts)`[^`]*\n```ts\n(.*?)^```/gms)];
  return Object.fromEntries(blocks.map(([, name = '', text = '']) => [name, text]));
}
