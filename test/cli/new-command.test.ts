import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { transform } from 'esbuild';
import { migrationKinds } from '../../src/cli/templates/migration-templates.js';
import * as carryover from '../../src/exports.js';
import { loadProject } from '../../src/project/load-project.js';
import { loadRegistry } from '../../src/project/load-registry.js';
import { openFolder, type CommandFolder } from './in-folder.js';

let folder: CommandFolder;
beforeEach(async () => {
  folder = await openFolder();
  await folder.write('carryover.config.ts', `export default { stores: {} };`);
});
afterEach(() => folder.remove());

const textOf = (file: string): Promise<string> => readFile(join(folder.path, file), 'utf8');

/** The function of a kind that the package exports: `copyTables` of `copy-tables`. */
const functionOf = (kind: string): string => kind.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());

describe('carryover new', () => {
  test.each(migrationKinds)(
    'writes a migration of the kind %s that imports its function and compiles',
    async (kind) => {
      const { exitCode, stdout } = await folder.run('new', 'split_name', '--kind', kind);
      expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: 'Wrote migrations/0001_split_name.ts\n' });
      const { code } = await transform(await textOf('migrations/0001_split_name.ts'), { loader: 'ts' });
      expect(code).toContain(`import { ${functionOf(kind)} } from "carryover"`);
      expect(code).toContain(`${functionOf(kind)}({`);
    },
  );

  test.each(migrationKinds.filter((kind) => functionOf(kind) in carryover))(
    'writes a migration of the kind %s that the registry takes as it is',
    async (kind) => {
      await folder.run('new', 'split_name', '--kind', kind);
      const { migrations } = await loadRegistry('carryover.config.ts', await loadProject('carryover.config.ts'));
      expect(migrations.map(({ name, definition }) => [name, definition.kind])).toEqual([['split_name', kind]]);
    },
  );

  test('gives the next number of the folder, beyond what the project keeps free', async () => {
    await folder.write('carryover.config.ts', `export default { stores: {}, migrations: 'data', gaps: [2, 4] };`);
    for (const name of ['first', 'second', 'third']) await folder.run('new', name, '--kind', 'for-each-partition');
    expect(await folder.files()).toEqual([
      'carryover.config.ts',
      'data',
      'data/0001_first.ts',
      'data/0003_second.ts',
      'data/0005_third.ts',
    ]);
  });

  test('finds the folder from where another configuration lies', async () => {
    await folder.run('init', 'shop');
    const { stdout } = await folder.run('new', 'b', '--kind', 'sql', '--config', 'shop/carryover.config.ts');
    expect(stdout).toBe('Wrote shop/migrations/0002_b.ts\n');
  });

  test.each([
    [['split-name', '--kind', 'sql'], ['name'], 'like split_name'],
    [['0003_split_name.ts', '--kind', 'sql'], ['name'], 'like split_name'],
    [['../x', '--kind', 'sql'], ['name'], 'like _x'],
    [['', '--kind', 'sql'], ['name'], 'like split_name'],
    [['split_name'], ['--kind'], 'copy-tables, for-each-partition, sql, rollover, import-packages'],
    [
      ['split_name', '--kind', 'toString'],
      ['--kind'],
      'copy-tables, for-each-partition, sql, rollover, import-packages',
    ],
    [['Split', '--kind', 'x'], ['name', '--kind'], 'like split'],
    [['split_name', '--kind', 'sql', '--config', 'nowhere.ts'], ['nowhere.ts'], 'is not there'],
  ])('refuses %j, names what is wrong and writes nothing', async (args, fields, told) => {
    const { exitCode, stdout, stderr } = await folder.run('new', ...args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    const [, ...lines] = stderr.trimEnd().split('\n');
    expect(lines.map((line) => line.slice(2, line.indexOf(': ')))).toEqual(fields);
    expect(stderr).toContain(told);
    expect(await folder.files()).toEqual(['carryover.config.ts']);
  });
});
