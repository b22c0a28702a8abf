import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buildCommand, runNode, type BuiltCommand, type Ended } from '../../support/built-command.js';
import { readmeCommands } from '../../support/readme-commands.js';

let folder: string;
let command: BuiltCommand;
beforeAll(async () => {
  [folder, command] = await Promise.all([mkdtemp(join(tmpdir(), 'carryover-cities-')), buildCommand()]);
});
afterAll(async () => {
  await command.remove();
  await rm(folder, { recursive: true, force: true });
});

/** `npx carryover` with the example's configuration, its data in a folder of this test. */
async function carryover(...args: string[]): Promise<string> {
  const config = resolve('examples/cities/carryover.config.ts');
  return outputOf(await runNode(command.main, [...args, '--config', config], { cwd: folder }));
}

/** A script of the example, built from the sources as they are now. */
async function script(name: string, ...args: string[]): Promise<Ended> {
  return await runNode(join(command.folder, 'dist/examples/cities', name), args, { cwd: folder });
}

function outputOf({ exitCode, stdout, stderr }: Ended): string {
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr });
  return stdout;
}

const config = '--config examples/cities/carryover.config.ts';

/** In the order of the README: each finds what the ones before it left. */
const known: Readonly<Record<string, () => Promise<unknown>>> = {
  // What installs, builds and runs these very tests.
  'npm ci': () => Promise.resolve(),
  'npm test -- test/examples/cities': () => Promise.resolve(),
  [`npx carryover up --to 1 ${config}`]: async () => {
    expect(await carryover('up', '--to', '1')).toMatch(/from version 0 to 1: 1 migration was applied/);
    const early = await script('serve.js', 'San José');
    expect(early).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('run "carryover up"') as string });
  },
  'node dist/examples/cities/load-cities.js 20': async () => {
    expect(outputOf(await script('load-cities.js', '20'))).toBe('3980 cities of 246 countries\n');
  },
  [`npx carryover up --dry-run ${config}`]: async () => {
    expect(await carryover('up', '--dry-run')).toMatch(/0002_split_location[^]*246[^]*0005_rank_cities/);
  },
  [`npx carryover up ${config}`]: async () => {
    expect(await carryover('up')).toMatch(/from version 1 to 5: 4 migrations were applied/);
  },
  [`npx carryover version ${config}`]: async () => {
    expect(await carryover('version')).toMatch(/version 5[^]*246/);
  },
  [`npx carryover history ${config}`]: async () => {
    expect(await carryover('history')).toMatch(/create_tables[^]*split_location[^]*publish_places[^]*by_name[^]*rank/);
  },
  'node dist/examples/cities/serve.js "San José"': async () => {
    expect(outputOf(await script('serve.js', 'San José'))).toMatch(
      /^San Jose, United States: 1,026,908 people, number 14 there$/m,
    );
  },
};

describe('the commands of the README of the cities', () => {
  test('are known here, all of them and no others, in their order', async () => {
    const listed = [...new Set(await readmeCommands('examples/cities/README.md'))];
    expect([...listed].sort()).toEqual(Object.keys(known).sort());
    const inOrder = listed.filter((each) => !each.startsWith('npm'));
    expect(inOrder).toEqual(Object.keys(known).filter((each) => !each.startsWith('npm')));
  });

  test.each(Object.entries(known))('%s', (_, run) => run());
});
