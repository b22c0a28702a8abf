import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buildCommand, runNode, type BuiltCommand, type Ended } from '../../support/built-command.js';
import { readmeCommands } from '../../support/readme-commands.js';

let folder: string;
let command: BuiltCommand;
beforeAll(async () => {
  [folder, command] = await Promise.all([mkdtemp(join(tmpdir(), 'carryover-in-sql-')), buildCommand()]);
});
afterAll(async () => {
  await command.remove();
  await rm(folder, { recursive: true, force: true });
});

/** `npx carryover` with the example's configuration, its data in a folder of this test. */
async function carryover(...args: string[]): Promise<string> {
  const path = resolve('examples/repositories-in-sql/carryover.config.ts');
  return outputOf(await runNode(command.main, [...args, '--config', path], { cwd: folder }));
}

/** A script of the example, built from the sources as they are now. */
async function script(name: string, ...args: string[]): Promise<string> {
  return outputOf(
    await runNode(join(command.folder, 'dist/examples/repositories-in-sql', name), args, { cwd: folder }),
  );
}

function outputOf({ exitCode, stdout, stderr }: Ended): string {
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr });
  return stdout;
}

const config = '--config examples/repositories-in-sql/carryover.config.ts';
let answered = '';

/** In the order of the README: each finds what the ones before it left. */
const known: Readonly<Record<string, () => Promise<unknown>>> = {
  // What installs, builds and runs these very tests.
  'npm ci': () => Promise.resolve(),
  'npm test -- test/examples/repositories-in-sql': () => Promise.resolve(),
  [`npx carryover up --to 1 ${config}`]: async () => {
    expect(await carryover('up', '--to', '1')).toMatch(/from version 0 to 1/);
  },
  'node dist/examples/repositories-in-sql/load.js 100': async () => {
    expect(await script('load.js', '100')).toMatch(/^[\d,]+ rows in 13 tables\n$/);
  },
  [`npx carryover up --to 2 ${config}`]: async () => {
    expect(await carryover('up', '--to', '2')).toMatch(/from version 1 to 2/);
  },
  'node dist/examples/repositories-in-sql/ask.js sql': async () => {
    answered = await script('ask.js', 'sql');
    expect(answered).toMatch(/^[\d,]{5,} answers, SHA-256 [0-9a-f]{64}\n$/);
  },
  [`npx carryover up --dry-run ${config}`]: async () => {
    expect(await carryover('up', '--dry-run')).toMatch(/0003_key_values/);
  },
  [`npx carryover up ${config}`]: async () => {
    expect(await carryover('up')).toMatch(/from version 2 to 3/);
  },
  'node dist/examples/repositories-in-sql/ask.js kv': async () => {
    expect(await script('ask.js', 'kv')).toBe(answered);
  },
};

describe('the commands of the README of the service in SQL', () => {
  test('are known here, all of them and no others, in their order', async () => {
    const listed = [...new Set(await readmeCommands('examples/repositories-in-sql/README.md'))];
    expect([...listed].sort()).toEqual(Object.keys(known).sort());
    const inOrder = listed.filter((each) => !each.startsWith('npm'));
    expect(inOrder).toEqual(Object.keys(known).filter((each) => !each.startsWith('npm')));
  });

  test.each(Object.entries(known))('%s', (_, run) => run());
});
