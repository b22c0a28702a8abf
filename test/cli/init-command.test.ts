import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadProject } from '../../src/project/load-project.js';
import { loadRegistry } from '../../src/project/load-registry.js';
import { buildCommand, runNode, type BuiltCommand } from '../support/built-command.js';
import { openFolder, type CommandFolder } from './in-folder.js';

let command: BuiltCommand;
beforeAll(async () => {
  command = await buildCommand();
});
afterAll(() => command.remove());

let folder: CommandFolder;
beforeEach(async () => {
  folder = await openFolder();
});
afterEach(() => folder.remove());

const files = [
  '.gitignore',
  'README.md',
  'carryover.config.ts',
  'migrations/0001_languages.ts',
  'package.json',
  'test/languages.test.ts',
];

async function filesIn(path: string): Promise<string[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const below = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  return below.map((file) => file.slice(path.length + 1)).sort();
}

async function manifestOf(path: string): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(join(path, 'package.json'), 'utf8')) as Record<string, unknown>;
}

describe('carryover init', () => {
  test('writes a project into a new folder that loads as it is, and says what comes next', async () => {
    const { exitCode, stdout, stderr } = await folder.run('init', 'my-service');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(/cd my-service\n {2}npm install\n/);
    const path = join(folder.path, 'my-service');
    expect(await filesIn(path)).toEqual(files);
    for (const file of files) expect(stdout).toContain(`  ${file}\n`);
    const project = await loadProject('my-service/carryover.config.ts');
    expect(Object.keys(project.stores)).toContain(project.database);
    const { migrations } = await loadRegistry('my-service/carryover.config.ts', project);
    expect(migrations.map(({ file, definition }) => [file, definition.kind])).toEqual([
      ['0001_languages.ts', 'for-each-partition'],
    ]);
    expect(await manifestOf(path)).toMatchObject({
      name: 'my-service',
      type: 'module',
      dependencies: { carryover: expect.any(String) as string },
    });
  });

  test('names the version of the package that wrote it', async () => {
    const { stdout } = await folder.run('--version');
    await folder.run('init');
    expect(await manifestOf(folder.path)).toMatchObject({ dependencies: { carryover: `^${stdout.trim()}` } });
  });

  test.each([
    ['My Service', 'my-service'],
    ['.hidden', 'hidden'],
    ['Größe_2', 'gr-e_2'],
    ['日本', 'my-service'],
    ['carryover', 'my-service'],
  ])('makes of the folder %j a name that npm takes: %s', async (name, expected) => {
    await folder.run('init', name);
    expect(await manifestOf(join(folder.path, name))).toMatchObject({ name: expected });
  });

  test.each([
    ['shop', 'shop'],
    ['my.shop_2', 'my-shop-2'],
    ['2048', 'service-2048'],
    [`${'a'.repeat(49)}-${'b'.repeat(100)}`, 'a'.repeat(49)],
  ])('tells in the README how to deploy the project of the folder %s: as the stack %s', async (name, stack) => {
    await folder.run('init', name);
    const readme = await readFile(join(name, 'README.md'), 'utf8');
    expect(readme).toContain(`new Stack(new App(), '${stack}')`);
    expect(readme).toContain(`npx carryover up --stack ${stack}-Migrations\n`);
  });

  test('names all files that are in the way, and writes nothing', async () => {
    await mkdir('shop/migrations', { recursive: true });
    await writeFile('shop/README.md', 'mine');
    await writeFile('shop/migrations/0001_languages.ts', 'mine');
    const before = await folder.files();
    const { exitCode, stdout, stderr } = await folder.run('init', 'shop');
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    const [, ...lines] = stderr.trimEnd().split('\n');
    expect(lines.map((line) => line.slice(2, line.indexOf(': ')))).toEqual([
      'shop/migrations/0001_languages.ts',
      'shop/README.md',
    ]);
    expect(await folder.files()).toEqual(before);
    expect(await readFile('shop/README.md', 'utf8')).toBe('mine');
  });

  test('leaves what else lies in the folder as it is', async () => {
    await writeFile('LICENSE', 'mine');
    expect((await folder.run('init')).exitCode).toBe(0);
    expect(await filesIn(folder.path)).toEqual([...files, 'LICENSE'].sort());
    expect(await readFile('LICENSE', 'utf8')).toBe('mine');
  });

  test('refuses a file in the place of the folder', async () => {
    await writeFile('shop', '');
    const { exitCode, stderr } = await folder.run('init', 'shop');
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/shop.*cannot be written/);
  });

  test('writes a test that Node runs, and that passes, with the package as it is built', async () => {
    await folder.run('init');
    await mkdir('node_modules');
    await symlink(command.folder, join('node_modules', 'carryover'));
    const { exitCode, stdout } = await runNode('--test', [], { cwd: folder.path });
    expect(stdout).toMatch(/pass 2\n/);
    expect(exitCode).toBe(0);
  });
});
