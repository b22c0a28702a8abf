import { ulid } from 'ulid';
import type { UpReport } from '../../src/cli/up-report.js';
import { readState } from '../../src/versions/state-entry.js';
import { openMemoryStore } from '../../src/stores/memory/memory-store.js';
import { markingSteps, marksOf } from '../engine/chain/marking-steps.js';
import { deployedStack } from './deployed-stack.js';
import { openFolder, type CommandFolder } from './in-folder.js';

const name = `Carryover-${ulid()}`;
const main = openMemoryStore();
let isBroken = false;
let folder: CommandFolder;
let stack: Awaited<ReturnType<typeof deployedStack>>;
beforeAll(async () => {
  folder = await openFolder();
  const registry = markingSteps([1, 2, 3], (version) => {
    if (version === 2 && isBroken) throw new RangeError('not today');
  });
  stack = await deployedStack(name, { main }, { project: { database: 'main' }, registry });
});
afterAll(async () => {
  await stack.stop();
  await folder.remove();
});

const up = (...options: string[]) => folder.run('up', '--stack', name, ...options);

test('up --stack lets the stack forecast, migrates in it, and reports what its ledger says, without a project here', async () => {
  const plan = await up('--dry-run');
  expect(plan).toMatchObject({ exitCode: 0 });
  expect(plan.stdout).toMatch(
    /^the database of .* is at version 0, 3 migrations would run:\n0001_mark \(marking\)\n {2}marks 1/,
  );
  expect(await readState(main.keyValues)).toBeUndefined();

  isBroken = true;
  const failed = await up();
  expect(failed).toMatchObject({ exitCode: 3 });
  expect(failed.stdout).toMatch(/ came from version 0 to 1: 1 migration was applied\n/);
  expect(failed.stderr).toMatch(/0002_mark: UnitsFailedError in judge: [^]*not today/);

  isBroken = false;
  const { exitCode, stdout } = await up('--to', '3', '--json');
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout) as UpReport).toMatchObject({
    from: 1,
    version: 3,
    migrations: [{ version: 2 }, { version: 3 }],
  });
  expect(stack.stepFunctions.inputs.at(-1)).toMatchObject({ up: { to: 3 }, startedBy: expect.any(String) as string });
  expect(await marksOf(main)).toEqual([1, 2, 3]);
  expect(await folder.files()).toEqual([]);
});

test('up --stack ends with 2 where the stack refuses the input, and names options', async () => {
  const refused = await up('--to', '9');
  expect(refused).toMatchObject({ exitCode: 2 });
  expect(refused.stderr).toMatch(/^ {2}--to: is 9, which no migration has/m);
  const both = await up('--ledger', 'dynamodb://eu-west-1/', '--to', 'x');
  expect(both).toMatchObject({ exitCode: 2 });
  expect(both.stderr).toMatch(/--ledger: is of no use with --stack[^]*--to: "x" is not/);
});
