import { readFile } from 'node:fs/promises';
import { helpPage } from '../../src/cli/help-page.js';

describe("the command line's page", () => {
  test('is what the help of the commands gives: run "npm run docs" where it is not', async () => {
    expect(await readFile('docs/cli.md', 'utf8')).toBe(helpPage());
  });

  test('has the exit codes and every command', () => {
    expect(helpPage()).toMatch(/## carryover copy[\s\S]*## carryover status/);
    for (const code of [0, 1, 2, 3, 4]) expect(helpPage()).toMatch(new RegExp(`^  ${code}  `, 'm'));
  });
});
