import { ulid } from 'ulid';
import type { CopyReport } from '../../src/cli/copy-report.js';
import { readState } from '../../src/versions/state-entry.js';
import { withPackageRig, switchPower, type PackageRig } from './package-rig.js';

let rig: PackageRig;
withPackageRig((opened) => (rig = opened));

const size = { books: 40, readers: 12 };
const archive = (): string => `archive:export-${ulid()}`;

describe('carryover export', () => {
  test('carries the packages into an archive on disk and says that both sides are equal', async () => {
    const { sql } = await rig.project(size);
    const { exitCode, stdout, stderr } = await rig.run('export', '--to', archive());
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr });
    expect(stdout.replaceAll(/[^\w\s]/g, '')).toMatch(/package\s+items read\s+bytes\s+entries\s+differences\s+digest/);
    expect(stdout).toMatch(/books\W+44 .* 84 \W+0 \W+[0-9a-f]{16} /);
    expect(stdout).toMatch(/readers\W+12 .* 12 \W+0 \W+[0-9a-f]{16} /);
    expect(await readState(sql.keyValues)).toBeUndefined();
  });

  test('takes the migration and the packages that it is given, and reports them as JSON', async () => {
    await rig.project(size, ['0001_to_kv.ts', '0002_again.ts']);
    const to = archive();
    const many = await rig.run('export', '--to', to);
    expect(many.exitCode).toBe(2);
    expect(many.stderr).toMatch(/^ {2}--migration: is missing.*1 \(0001_to_kv\.ts\), 2 \(0002_again\.ts\)$/m);
    const { exitCode, stdout } = await rig.run(
      ...['export', '--to', to, '--migration', '2', '--packages', 'readers', '--json'],
    );
    expect(exitCode).toBe(0);
    const digest = expect.stringMatching(/^[0-9a-f]{64}$/) as string;
    expect(JSON.parse(stdout) as CopyReport).toMatchObject({
      status: 'succeeded',
      tables: [{ table: 'readers', items: 12, compared: 12, differences: { total: 0 }, digest }],
    });
  });

  test('goes on after it failed, and is over once it was reported', async () => {
    await rig.project(size);
    const to = archive();
    switchPower(false);
    const failed = await rig.run('export', '--to', to);
    expect(failed).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('the power went') as string });
    switchPower(true);
    expect(await rig.run('export', '--to', to)).toMatchObject({ exitCode: 0 });
    const again = await rig.run('export', '--to', to);
    expect(again).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('an archive') as string });
  });

  test('begins anew where somebody allows to drop what the unfinished one made', async () => {
    await rig.project(size);
    const to = archive();
    switchPower(false);
    await rig.run('export', '--to', to, '--packages', 'books');
    switchPower(true);
    const other = ['export', '--to', to, '--packages', 'readers'];
    expect(await rig.run(...other)).toMatchObject({ exitCode: 2 });
    const asked = await rig.run(...other, '--fresh');
    expect(asked.exitCode).toBe(2);
    expect(asked.stderr).toMatch(/--fresh: a fresh start would drop books of .*--yes/);
    expect(await rig.run(...other, '--fresh', '--yes')).toMatchObject({ exitCode: 0 });
  });

  test('prints what a dry run finds, and makes nothing', async () => {
    await rig.project(size);
    const to = archive();
    const { exitCode, stdout } = await rig.run('export', '--to', to, '--dry-run');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/readers\W+about 12 .*will be created/);
    expect((await rig.folder.files()).filter((file) => file.startsWith(to.slice('archive:'.length)))).toEqual([]);
  });

  test.each([
    [[], ['--to'], 'give the store to write'],
    [
      ['--to', 'nowhere', '--migration', 'one', '--packages', 'a,,b', '--yes'],
      ['--to', '--migration', '--yes', '--packages'],
      'refs,users',
    ],
    [['--to', 'kv', '--packages', 'books,shelves'], ['--packages'], 'it has books, readers'],
    [['--to', 'kv', '--migration', '7'], ['--migration'], 'give one of 1 (0001_to_kv.ts)'],
    [['--to', 'kv', '--config', 'nowhere.ts'], ['nowhere.ts'], 'is not there'],
  ])('refuses %j and names what is wrong', async (args, fields, told) => {
    await rig.project(size);
    const { exitCode, stdout, stderr } = await rig.run('export', ...args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    const lines = stderr.split('\n').filter((line) => line.startsWith('  '));
    expect(lines.map((line) => line.slice(2, line.indexOf(': ')))).toEqual(fields);
    expect(stderr).toContain(told);
  });
});
