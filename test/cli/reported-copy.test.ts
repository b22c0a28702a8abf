import { ulid } from 'ulid';
import { testDynamodb } from '../support/dynamodb.js';
import { openFolder, type CommandFolder } from './in-folder.js';
import { memoryStore } from './memory-tables.js';

let folder: CommandFolder;
let engine: Awaited<ReturnType<typeof testDynamodb>>;
beforeAll(async () => {
  [engine, folder] = await Promise.all([testDynamodb(), openFolder()]);
});
afterAll(async () => {
  await folder.remove();
  await engine.stop();
});

test('a copy that was reported is over: the same command begins anew, and finds the tables there', async () => {
  const [from, to] = [`source-${ulid()}`, `target-${ulid()}`];
  const stores = { [from]: `memory:${from}`, [to]: `memory:${to}` };
  await folder.write('carryover.config.ts', `export default ${JSON.stringify({ stores })};`);
  await memoryStore(from, { orders: 5 });
  const ledger = `dynamodb://us-east-1/reported-${ulid()}-?endpoint=${engine.endpoint}`;
  const copy = () => folder.run('copy', '--from', from, '--to', to, '--ledger', ledger);
  expect((await copy()).exitCode).toBe(0);
  expect((await copy()).exitCode).toBe(2);
});
