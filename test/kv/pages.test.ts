import { readFile } from 'node:fs/promises';
import { endedAsSaid, openPagePrograms, type PagePrograms } from '../support/page-programs.js';

let programs: PagePrograms;
beforeAll(async () => {
  programs = await openPagePrograms();
  await programs.place('account_pb.js', await readFile('test/kv/messages/account_pb.ts', 'utf8'));
});
afterAll(() => programs.remove());

describe('the examples of a page run, and print what is said beside them', () => {
  test.each([
    'README.md',
    'docs/kv/key-value-store.md',
    'docs/kv/leases.md',
    'docs/kv/linked-objects.md',
    'docs/kv/messages.md',
  ])('%s', async (page) => {
    expect(await programs.run(page, await programs.folder())).toEqual(await endedAsSaid(page));
  });
});
