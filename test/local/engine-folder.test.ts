import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedDynamodb } from '../../src/local/embedded-dynamodb.js';
import { startEmbeddedPostgres } from '../../src/local/embedded-postgres.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'carryover-engine-folder-'));
  await writeFile(join(folder, 'file'), 'kept');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe.each([
  ['DynamoDB', startEmbeddedDynamodb, startEmbeddedPostgres],
  ['PostgreSQL', startEmbeddedPostgres, startEmbeddedDynamodb],
] as const)('the folder of an embedded %s', (name, start, startOther) => {
  test('is refused to another engine, and stays', async () => {
    const path = join(folder, `of ${name}`);
    const first = await start({ path });
    await first.stop();
    const message = expect.stringMatching(
      `^holds the data of an embedded ${name}: give .* a folder of its own$`,
    ) as string;
    await expect(startOther({ path })).rejects.toMatchObject({ name: 'InputError', faults: [{ message }] });
    await (await start({ path })).stop();
  });

  test.each([
    ['file', 'is a file: give a folder'],
    ['file/below', 'lies below a file: give a folder'],
    ['x'.repeat(300), 'cannot be used as the folder of an embedded engine (ENAMETOOLONG)'],
  ])('is refused by its path where it cannot be one: %.20s', async (name, why) => {
    const path = join(folder, name);
    await expect(start({ path })).rejects.toMatchObject({
      name: 'InputError',
      faults: [{ field: path, message: why }],
    });
  });
});
