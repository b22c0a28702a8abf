import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { countries } from '../../../examples/cities/city-data.js';
import { openService } from '../../../examples/cities/service.js';
import { randomOf, seed } from '../../kill/random.js';
import { endCommands, startCommand, type CommandEnd } from '../../kill/running-command.js';
import { buildCommand, type BuiltCommand } from '../../support/built-command.js';
import { expectedCities } from './expected-cities.js';
import { citiesIn, historyOf } from './world-contents.js';

let folder: string;
let command: BuiltCommand;
beforeAll(async () => {
  [folder, command] = await Promise.all([mkdtemp(join(tmpdir(), 'carryover-killed-')), buildCommand()]);
});
afterAll(async () => {
  await endCommands();
  await command.remove();
  await rm(folder, { recursive: true, force: true });
});

const config = ['--config', resolve('examples/cities/carryover.config.ts')];
const citiesAtMost = 3;

/** `carryover up` as the README has it; `killedAfterMs`: with SIGKILL, its engines with it. */
async function up(args: readonly string[] = [], killedAfterMs?: number): Promise<CommandEnd> {
  const { child, ended } = startCommand(command.main, ['up', '--json', ...config, ...args], folder);
  if (killedAfterMs === undefined) return await ended;
  const over = new AbortController();
  const killing = sleep(killedAfterMs, undefined, { signal: over.signal }).then(
    () => child.kill('SIGKILL'),
    () => false,
  );
  const end = await ended;
  over.abort();
  await killing;
  return end;
}

async function script(name: string, ...args: string[]): Promise<CommandEnd> {
  return await startCommand(join(command.folder, 'dist/examples/cities', name), args, folder).ended;
}

test('up that is killed five times ends at version 5, each record through each migration once', async () => {
  expect(await up(['--to', '1'])).toMatchObject({ exitCode: 0 });
  expect(await script('load-cities.js', String(citiesAtMost))).toMatchObject({ exitCode: 0 });
  const random = randomOf('cities');
  let kills = 0;
  let last: CommandEnd | undefined;
  // A run that was faster than its end counts too: it must find nothing pending afterwards.
  while (kills < 5 && last?.exitCode !== 0) {
    last = await up([], 1_000 + random() * 6_000);
    if (last.signal === 'SIGKILL') kills += 1;
  }
  process.stderr.write(`killed ${kills} times; KILL_SEED=${seed}\n`);
  const { exitCode, stderr } = await up();
  expect({ exitCode, stderr, seed }).toEqual({ exitCode: 0, stderr, seed });
  const service = await openService(`postgres://embedded?path=${join(folder, '.carryover/cities/database')}`);
  try {
    expect({ seed, cities: await citiesIn({ service }) }).toEqual({
      seed,
      cities: expectedCities(countries(citiesAtMost)),
    });
    expect((await historyOf({ service })).map(({ version }) => version)).toEqual([1, 2, 3, 4, 5]);
  } finally {
    await service.close();
  }
}, 600_000);
