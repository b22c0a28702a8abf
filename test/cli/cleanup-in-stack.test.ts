import { ulid } from 'ulid';
import { openMemoryStore } from '../../src/stores/memory/memory-store.js';
import { changeState } from '../../src/versions/state-entry.js';
import { markingSteps } from '../engine/chain/marking-steps.js';
import { deployedStack } from './deployed-stack.js';
import { openFolder, type CommandFolder } from './in-folder.js';

const name = `Carryover-${ulid()}`;
const main = openMemoryStore();
let folder: CommandFolder;
let stack: Awaited<ReturnType<typeof deployedStack>>;
beforeAll(async () => {
  folder = await openFolder();
  stack = await deployedStack(name, { main }, { project: { database: 'main' }, registry: markingSteps([1]) });
});
afterAll(async () => {
  await stack.stop();
  await folder.remove();
});

const cleanup = (...options: string[]) => folder.run('cleanup', '--stack', name, ...options);

test('cleanup --stack drops in the stack what is due there, without a project here', async () => {
  await folder.run('up', '--stack', name);
  await main.create({
    name: 'old',
    identity: '',
    key: [{ name: 'id', type: 'S' }],
    origin: { engine: 'memory', metadata: {} },
  });
  const { identity } = await main.describe('old');
  const due = { store: 'main', table: 'old', identity, version: 1, notBefore: new Date(0).toISOString() };
  await changeState(main.keyValues, (state) => ({ ...state, cleanup: [due] }));

  const { exitCode, stdout } = await cleanup('--yes', '--json');
  expect(JSON.parse(stdout)).toMatchObject({ status: 'succeeded', exitCode: 0 });
  expect(exitCode).toBe(0);
  expect(stack.stepFunctions.inputs.at(-1)).toMatchObject({ cleanup: {} });
  await expect(main.describe('old')).rejects.toMatchObject({ name: 'TableNotFoundError' });

  const again = await cleanup('--yes');
  expect(again).toMatchObject({ exitCode: 0 });
  expect(again.stdout).toMatch(new RegExp(`^run \\S+ of ${name}: succeeded\n$`));
});

test('cleanup --stack must be told that nobody is asked, and names all that is wrong with its options', async () => {
  const refused = await cleanup('--ledger', 'dynamodb://eu-west-1/');
  expect(refused).toMatchObject({ exitCode: 2 });
  expect(refused.stderr).toMatch(
    /--ledger: is of no use with --stack[^]*--yes: is missing: a stack drops what is due without asking/,
  );
});
