import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError, type Fault } from '../../src/errors.js';
import { newestVersion, type Registry } from '../../src/migrations/registry.js';
import type { Project } from '../../src/project.js';
import { loadRegistry } from '../../src/project/load-registry.js';
import { migrationsEntry } from '../../src/project/migrations-entry.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'load-registry-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

const migration = `export default { kind: 'sql', open: () => Promise.reject(new Error('not opened here')) };`;

/** Writes files, a configuration among them, and loads the migrations beside it. */
async function load(files: Record<string, string>, project: Partial<Project> = {}): Promise<Registry> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(folder, name, '..'), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return await loadRegistry(join(folder, 'carryover.config.ts'), { stores: {}, ...project });
}

async function faultsOf(files: Record<string, string>, project: Partial<Project> = {}): Promise<readonly Fault[]> {
  const error: unknown = await load(files, project).catch((reason: unknown) => reason);
  if (!(error instanceof InputError)) throw new Error(`no InputError but ${String(error)}`);
  return error.faults;
}

const namesOf = ({ migrations }: Registry): string[] => migrations.map(({ file }) => file);
const thatMatches = (pattern: RegExp): string => expect.stringMatching(pattern) as string;

describe('loadRegistry', () => {
  it('loads migrations that import this package, shared files and installed packages', async () => {
    const { migrations } = await load({
      'migrations/0001_first.ts': `
        import type { MigrationDefinition } from 'carryover';
        import { kind } from 'kinds';
        import { open } from './_shared.js';
        const first: MigrationDefinition = { kind, open };
        export default first;`,
      'migrations/0002_second.mjs': migration,
      'migrations/_shared.ts': `export const open = (): Promise<never> => Promise.reject(new Error('shared'));`,
      'node_modules/kinds/package.json': `{"name": "kinds", "type": "module", "exports": "./main.js"}`,
      'node_modules/kinds/main.js': `export const kind = 'from-a-package';`,
    });
    expect(migrations.map(({ version, name, file, definition }) => [version, name, file, definition.kind])).toEqual([
      [1, 'first', '0001_first.ts', 'from-a-package'],
      [2, 'second', '0002_second.mjs', 'sql'],
    ]);
    await expect(migrations[0]?.definition.open({} as never)).rejects.toThrow('shared');
  });

  it('shares the modules of this package with migrations, so that both know the errors of the other', async () => {
    const { migrations } = await load({
      'migrations/0001_first.ts': `
        import { InputError } from 'carryover/kv';
        export default { kind: 'sql', open: () => Promise.reject(new InputError([])) };`,
    });
    await expect(migrations[0]?.definition.open({} as never)).rejects.toBeInstanceOf(InputError);
  });

  it('gives migrations the kinds and both key-value doors of this package, by its name', async () => {
    const { migrations } = await load({
      'migrations/0001_first.ts': `
        import { sql } from 'carryover';
        import { update } from 'carryover/kv';
        import { partitionVersion } from 'carryover/versions';
        export default sql({ statements: [typeof update, typeof partitionVersion] });`,
    });
    expect(migrations[0]?.definition.kind).toBe('sql');
  });

  it('keeps the SHA-256 of each file with LF endings', async () => {
    const text = `${migration}\n// Größe\n`;
    const { migrations } = await load({
      'migrations/0001_lf.ts': text,
      'migrations/0002_crlf.ts': text.replaceAll('\n', '\r\n'),
      'migrations/0003_other.ts': `${text}\n`,
    });
    const checksum = createHash('sha256').update(text).digest('hex');
    const [lf, crlf, other] = migrations.map((each) => each.checksum);
    expect([lf, crlf]).toEqual([checksum, checksum]);
    expect(other).not.toBe(checksum);
  });

  it('leaves out tests, types, folders, and what begins with "_" or "."', async () => {
    const registry = await load({
      'migrations/0001_first.ts': migration,
      'migrations/0001_first.test.ts': 'throw new Error()',
      'migrations/0001_first.test.mjs': 'throw new Error()',
      'migrations/0001_first.d.ts': 'export {}',
      'migrations/_notes.md': '# Notes',
      'migrations/.DS_Store': '',
      'migrations/data/0002_second.ts': 'throw new Error()',
    });
    expect(namesOf(registry)).toEqual(['0001_first.ts']);
  });

  it('looks in the folder that the project names, from where its configuration lies', async () => {
    const files = { 'data/steps/0001_first.ts': migration, 'migrations/0001_other.ts': migration };
    expect(namesOf(await load(files, { migrations: './data/steps' }))).toEqual(['0001_first.ts']);
  });

  it('finds no migrations where there is no folder, unless the project names one', async () => {
    expect(newestVersion(await load({}))).toBe(0);
    expect(await faultsOf({}, { migrations: 'migratoins' })).toEqual([
      { field: 'migrations', message: thatMatches(/not there: make .*migratoins/) },
    ]);
  });

  it('loads a file again that has changed since', async () => {
    const first = await load({ 'migrations/0001_a.ts': migration });
    const second = await load({ 'migrations/0001_a.ts': migration.replace("'sql'", "'rollover'") });
    expect(second.migrations[0]?.definition.kind).toBe('rollover');
    expect(second.migrations[0]?.checksum).not.toBe(first.migrations[0]?.checksum);
  });

  it('leaves nothing beside the migrations', async () => {
    await load({ 'migrations/0001_a.ts': migration });
    expect((await readdir(folder, { recursive: true })).sort()).toEqual(['migrations', 'migrations/0001_a.ts']);
  });

  it('reports all faults of the folder and of the files together', async () => {
    const faults = await faultsOf(
      {
        'migrations/0001_a.ts': migration,
        'migrations/0001_b.ts': `export const definition = 1;`,
        'migrations/0003_c.ts': `export default {};`,
      },
      { gaps: [3] },
    );
    expect(faults.map(({ field }) => field).sort()).toEqual([
      '0001_b.ts',
      '0001_b.ts',
      '0003_c.ts',
      '0003_c.ts',
      'gaps',
    ]);
  });

  it('names files that are no migrations, whatever they hold', async () => {
    const faults = await faultsOf({ 'migrations/README.md': '# Steps', 'migrations/2_b.ts': 'export {}' });
    expect(faults).toEqual([
      { field: '2_b.ts', message: thatMatches(/no name of a migration/) },
      { field: 'README.md', message: thatMatches(/no name of a migration/) },
      { field: '2_b.ts', message: thatMatches(/no default export/) },
    ]);
  });

  it('shows faults of syntax and imports with line and column, with those of the folder', async () => {
    const faults = await faultsOf({
      'migrations/0001_a.ts': `export default {\n  kind: ,\n}`,
      'migrations/0003_b.ts': `import './_gone.js';\n${migration}`,
    });
    expect(faults.map(({ field }) => field.replace(/^.*migrations\//, '')).sort()).toEqual([
      '0001_a.ts:2:9',
      '0003_b.ts',
      '0003_b.ts:1:8',
    ]);
  });

  it('shows what a file throws with its line, without a stack', async () => {
    const faults = await faultsOf({
      'migrations/0001_a.ts': migration,
      'migrations/0002_b.ts': `interface Nothing {}\n\nthrow new Error('no region');`,
    });
    expect(faults).toEqual([{ field: thatMatches(/migrations\/0002_b\.ts:3:7$/), message: 'Error: no region' }]);
  });
});

describe('migrationsEntry', () => {
  it('embeds the checksums, and no path of the machine', async () => {
    const { migrations } = await load({ 'migrations/0001_a.ts': migration });
    const entry = await migrationsEntry(join(folder, 'carryover.config.ts'), { stores: {} });
    expect(entry).toBe(
      [
        `import * as m0 from "./migrations/0001_a.ts";`,
        `export const migrations = [`,
        `  { file: "0001_a.ts", checksum: '${migrations[0]?.checksum ?? ''}', definition: m0.default },`,
        `];`,
        ``,
      ].join('\n'),
    );
  });
});
