import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { transform } from 'esbuild';
import { buildCommand, runNode, type BuiltCommand } from '../support/built-command.js';

let command: BuiltCommand;
let folder: string;
beforeAll(async () => {
  [command, folder] = await Promise.all([buildCommand(), mkdtemp(join(tmpdir(), 'carryover-pages-'))]);
  await mkdir(join(command.folder, 'pages'));
  await place('account_pb.js', await readFile('test/kv/messages/account_pb.ts', 'utf8'));
});
afterAll(async () => {
  await command.remove();
  await rm(folder, { recursive: true, force: true });
});

/** Puts a module into the built package, where `carryover/kv` is what its package.json says. Returns its path. */
async function place(name: string, text: string): Promise<string> {
  const { code } = await transform(text, { loader: 'ts', format: 'esm', target: 'node22' });
  const path = join(command.folder, 'pages', name);
  await writeFile(path, code);
  return path;
}

/** The program that the ts blocks of a page are, one after the other. */
async function programOf(page: string): Promise<string> {
  const blocks = [...(await readFile(page, 'utf8')).matchAll(/^```ts\n(.*?)^```/gms)].map(([, block = '']) => block);
  return blocks.join('\n');
}

describe('the examples of a page run, and print what is said beside them', () => {
  test.each([
    'README.md',
    'docs/kv/key-value-store.md',
    'docs/kv/leases.md',
    'docs/kv/linked-objects.md',
    'docs/kv/messages.md',
  ])('%s', async (page) => {
    const program = await programOf(page);
    const said = [...program.matchAll(/console\.log\(.*\);? \/\/ (.*)$/gm)].flatMap(([, lines = '']) =>
      lines.split(', '),
    );
    expect(said.length).toBeGreaterThan(0);
    const name = page.replaceAll('/', '-');
    const cwd = await mkdtemp(join(folder, name));
    const ended = await runNode(await place(`${name}.js`, program), [], { cwd });
    expect(ended).toEqual({ exitCode: 0, stderr: '', stdout: said.map((line) => `${line}\n`).join('') });
  });
});
