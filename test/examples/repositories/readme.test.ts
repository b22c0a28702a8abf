import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildCommand, runNode, type BuiltCommand } from '../../support/built-command.js';
import { readmeCommands } from '../../support/readme-commands.js';

let folder: string;
let command: BuiltCommand;
beforeAll(async () => {
  [folder, command] = await Promise.all([mkdtemp(join(tmpdir(), 'carryover-repositories-')), buildCommand()]);
});
afterAll(async () => {
  await command.remove();
  await rm(folder, { recursive: true, force: true });
});

/** The example's own command, built from the sources as they are now. */
async function walk(...args: string[]): Promise<void> {
  const ended = await runNode(join(command.folder, 'dist/examples/repositories/main.js'), args, { cwd: folder });
  expect(ended).toMatchObject({ exitCode: 0, stderr: '' });
  expect(ended.stdout).toMatch(/^main: 100 commits after the first, 100 objects$/m);
  expect(ended.stdout).toMatch(/^experiment: 101 commits after the first, 99 objects$/m);
}

const known: Readonly<Record<string, () => Promise<unknown>>> = {
  // What installs, builds and runs these very tests.
  'npm ci': () => Promise.resolve(),
  'npm test -- test/examples/repositories': () => Promise.resolve(),
  'node dist/examples/repositories/main.js': () => walk(),
  'node dist/examples/repositories/main.js "dynamodb://embedded?path=.carryover/repositories"': () =>
    walk('dynamodb://embedded?path=.carryover/repositories'),
};

describe('the commands of the README of the reference service', () => {
  test('are known here, all of them and no others', async () => {
    const commands = await readmeCommands('examples/repositories/README.md');
    expect([...new Set(commands)].sort()).toEqual(Object.keys(known).sort());
  });

  test.each(Object.entries(known))('%s', (_, run) => run());
});
