import { ulid } from 'ulid';
import type { CopyReport } from '../../src/cli/copy-report.js';
import { counts } from './memory-tables.js';
import { withPackageRig, switchPower, type PackageRig } from './package-rig.js';

let rig: PackageRig;
withPackageRig((opened) => (rig = opened));

const size = { books: 40, readers: 12 };
const archive = (): string => `archive:import-${ulid()}`;

describe('carryover import', () => {
  test('carries all of an archive on disk into the key-value store, and finds what the export found', async () => {
    const { kv } = await rig.project(size);
    const from = archive();
    const exported = await rig.run('export', '--to', from, '--json');
    const { exitCode, stdout, stderr } = await rig.run('import', '--from', from, '--to', 'kv', '--json');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr });
    const found = (text: string) =>
      (JSON.parse(text) as CopyReport).tables.map(({ table, compared, digest }) => [table, compared, digest]);
    expect(found(stdout)).toEqual(found(exported.stdout));
    expect(await counts(kv)).toEqual({ key_values: 96 });
    const runs = await rig.run('status');
    expect(runs.stdout).toMatch(/ {2}import archive:\S+ -> kv\n[^]*export -> archive:/);
  });

  test('needs no configuration where both stores are given by URL', async () => {
    await rig.project(size);
    const from = archive();
    await rig.run('export', '--to', from);
    await rig.folder.write('carryover.config.ts', undefined);
    const to = `memory:${ulid()}`;
    const { exitCode, stdout } = await rig.run('import', '--from', from, '--to', to, '--packages', 'readers');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/readers\W+12 .* 12 \W+0 \W+[0-9a-f]{16} /);
  });

  test('refuses an export that did not come to its end, and a folder that is not there', async () => {
    const { kv } = await rig.project(size);
    const from = archive();
    switchPower(false);
    await rig.run('export', '--to', from);
    const unfinished = await rig.run('import', '--from', from, '--to', 'kv');
    expect(unfinished.exitCode).toBe(2);
    expect(unfinished.stderr).toMatch(/^ {2}--from: the export of package "books" .* did not come to its end/m);
    const absent = await rig.run('import', '--from', archive(), '--to', 'kv');
    expect(absent).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--from: the folder') as string });
    expect(await counts(kv)).toEqual({});
  });

  test.each([
    [['--from', 'kv', '--to', 'kv'], ['--to'], 'the same store as --from'],
    [[], ['--from', '--to'], 'give the store to read'],
    [['--from', 'sql', '--to', 'kv', '--table', ''], ['--table'], ''],
    [['--from', 'sql', '--to', 'kv'], ['--from'], 'has no export of packages'],
  ])('refuses %j and names what is wrong', async (args, fields, told) => {
    await rig.project(size);
    const { exitCode, stdout, stderr } = await rig.run('import', ...args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    const lines = stderr.split('\n').filter((line) => line.startsWith('  '));
    expect(lines.map((line) => line.slice(2, line.indexOf(': ')))).toEqual(fields);
    expect(stderr).toContain(told);
  });
});
