import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError, type Fault } from '../../src/errors.js';
import { loadProject } from '../../src/project/load-project.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'load-project-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function write(files: Record<string, string>): Promise<string> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(folder, name, '..'), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return join(folder, 'carryover.config.ts');
}

async function faultsOf(files: Record<string, string>): Promise<readonly Fault[]> {
  const error: unknown = await loadProject(await write(files)).catch((reason: unknown) => reason);
  if (!(error instanceof InputError)) throw new Error(`no InputError but ${String(error)}`);
  return error.faults;
}

describe('loadProject', () => {
  it('loads TypeScript that imports this package, its own files and installed packages', async () => {
    const path = await write({
      'carryover.config.ts': `
        import { defineProject, type Project } from 'carryover';
        import { region } from 'regions';
        import { join } from 'node:path';
        import { prefix } from './names.js';
        const project: Project = { stores: { old: \`dynamodb://\${region}/\${join(prefix, '')}\` } };
        export default defineProject(project);`,
      'names.ts': `export const prefix: string = 'orders-';`,
      'node_modules/regions/package.json': `{"name": "regions", "type": "module", "exports": {"import": "./main.js"}}`,
      'node_modules/regions/main.js': `export const region = 'eu-west-1';`,
    });
    expect(await loadProject(path)).toEqual({ stores: { old: 'dynamodb://eu-west-1/orders-' } });
  });

  it('loads a file again that has changed since', async () => {
    const path = await write({ 'carryover.config.ts': `export default { stores: { a: 'memory:a' } }` });
    await loadProject(path);
    await write({ 'carryover.config.ts': `export default { stores: { b: 'memory:b' } }` });
    expect(await loadProject(path)).toEqual({ stores: { b: 'memory:b' } });
  });

  it('knows where the configuration lies', async () => {
    const path = await write({
      'carryover.config.ts': `
        import { fileURLToPath } from 'node:url';
        export default { stores: { a: 'archive:' + fileURLToPath(new URL('data', import.meta.url)) } };`,
    });
    expect(await loadProject(path)).toEqual({ stores: { a: `archive:${join(folder, 'data')}` } });
  });

  it('leaves nothing beside the configuration', async () => {
    await loadProject(await write({ 'carryover.config.ts': `export default { stores: {} }` }));
    expect(await readdir(folder)).toEqual(['carryover.config.ts']);
  });

  it('says that a file is missing', async () => {
    expect(await faultsOf({})).toEqual([
      {
        field: expect.stringMatching(/carryover\.config\.ts$/) as string,
        message: expect.stringContaining('is not there') as string,
      },
    ]);
  });

  it('shows faults of syntax with line and column', async () => {
    const [fault] = await faultsOf({ 'carryover.config.ts': `export default {\n  stores: {,}\n}` });
    expect(fault?.field).toMatch(/carryover\.config\.ts:2:12$/);
    expect(fault?.message).toContain('found ","');
  });

  it('names the import that cannot be resolved, in the file that has it', async () => {
    const faults = await faultsOf({
      'carryover.config.ts': `import './names.js';\nexport default { stores: {} };`,
      'names.ts': `\nimport 'no-such-package';`,
    });
    expect(faults).toEqual([
      {
        field: expect.stringMatching(/names\.ts:2:8$/) as string,
        message: expect.stringContaining('no-such-package') as string,
      },
    ]);
  });

  it('shows what the file throws with its line, without a stack', async () => {
    const faults = await faultsOf({
      'carryover.config.ts': `interface Nothing {}\n\nfunction region(): string {\n  throw new Error('no region');\n}\nexport default { stores: { a: region() } };`,
    });
    expect(faults).toEqual([
      { field: expect.stringMatching(/carryover\.config\.ts:4:9$/) as string, message: 'Error: no region' },
    ]);
  });

  it('asks for a default export', async () => {
    const [fault] = await faultsOf({ 'carryover.config.ts': `export const project = { stores: {} };` });
    expect(fault?.message).toContain('no default export');
  });

  it('reports all faults of the configuration with their fields', async () => {
    const faults = await faultsOf({
      'carryover.config.ts': `export default { stores: { a: 'mysql://x', b: 2 }, ledger: 'memory:' };`,
    });
    expect(faults.map(({ field }) => field).sort()).toEqual(['ledger', 'stores.a', 'stores.b']);
  });
});
