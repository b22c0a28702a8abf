import { readdir, readFile, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import ts from 'typescript';
import { functionNames, projectFunctions } from '../../cdk/functions/function-names.js';
import { migrationKinds } from '../../src/cli/templates/migration-templates.js';
import { beginProject, type Newcomer } from './newcomer.js';
import { packPackage, type PackedPackage } from './packed-package.js';
import { platformApp } from './platform-app.js';
import { synthesizedStack, type SynthesizedStack } from './synthesized-stack.js';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly bin: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

const minutes = 60_000;
const stale = ['dist/src/of-an-earlier-build.js', 'dist/src/of-an-earlier-build.d.ts'];
const manifest = JSON.parse(await readFile('package.json', 'utf8')) as Manifest;
const version = (name: string) => `${name}@${manifest.devDependencies[name] ?? 'latest'}`;

const removals: (() => Promise<void>)[] = [];
let packed: PackedPackage;
let project: Newcomer;
beforeAll(async () => {
  packed = await packPackage(stale);
  removals.push(packed.remove);
  // The conformance suite that is exported needs fast-check, and says so.
  project = await beginProject(packed.tarball, ['typescript', '@types/node', 'fast-check'].map(version));
  removals.push(project.remove);
}, 20 * minutes);
afterAll(async () => {
  for (const remove of removals) await remove();
});

describe('the tarball', () => {
  test('has everything that the manifest names, and all that its modules import', async () => {
    const named = [...Object.values(manifest.bin), ...Object.values(manifest.exports)].map((path) => join(path));
    const texts = ['LICENSE', 'README.md', 'statemachines/migration.asl.json'];
    const imported = new Set<string>();
    for (const file of packed.files.filter((path) => /\.(js|d\.ts)$/.test(path)))
      for (const { fileName } of ts.preProcessFile(await readFile(join(packed.folder, file), 'utf8')).importedFiles)
        if (fileName.startsWith('.')) {
          const path = join(dirname(file), fileName);
          imported.add(file.endsWith('.d.ts') ? path.replace(/\.js$/, '.d.ts') : path);
        }
    expect(imported.size).toBeGreaterThan(400);
    expect([...named, ...texts, ...imported].filter((path) => !packed.files.includes(path))).toEqual([]);
  });

  test('holds nothing but documents and what is built of sources that are there', async () => {
    const sources = (await readdir('.', { recursive: true })).filter((path) =>
      /^(src|functions|cdk)\/.*\.ts$/.test(path),
    );
    const built = sources.flatMap((path) => ['.js', '.d.ts'].map((end) => `dist/${path.replace(/\.ts$/, end)}`));
    const others = packed.files.filter((path) => !built.includes(path) && !/^docs\/.*\.(md|schema\.json)$/.test(path));
    expect(others).toEqual(['LICENSE', 'README.md', 'package.json', 'statemachines/migration.asl.json']);
  });

  test('names no source map that does not come with it', async () => {
    const mapped: string[] = [];
    for (const file of packed.files)
      if ((await readFile(join(packed.folder, file), 'utf8')).includes('//# sourceMappingURL=')) mapped.push(file);
    expect(mapped).toEqual([]);
  });

  test('has the documents that its README leads to', async () => {
    const links = [...(await readFile(join(packed.folder, 'README.md'), 'utf8')).matchAll(/\]\((docs\/[^)#]*)/g)];
    const paths = links.map(([, path = '']) => path);
    expect(paths.length).toBeGreaterThan(10);
    const isThere = (path: string) => packed.files.some((file) => file === path || file.startsWith(join(path, '/')));
    expect(paths.filter((path) => !isThere(path))).toEqual([]);
  });

  test('stays small', () => {
    const { sizeBytes, unpackedBytes, files } = packed;
    const [size, unpacked] = [sizeBytes, unpackedBytes].map((bytes) => `${Math.ceil(bytes / 1000)} kB`);
    process.stdout.write(`${basename(packed.tarball)}: ${size}, ${unpacked} unpacked, ${files.length} files\n`);
    expect(sizeBytes).toBeLessThan(2_000_000);
  });
});

describe('each door of the installed package', () => {
  const doors = Object.keys(manifest.exports).map((path) => join(manifest.name, path));
  const modules = doors.filter((name) => !name.endsWith('.json'));
  const documents = doors.filter((name) => name.endsWith('.json'));
  const evaluate = (type: 'module' | 'commonjs', text: string) =>
    project.node(`--input-type=${type}`, '--disable-warning=ExperimentalWarning', '--eval', text);

  test.each(modules)('%s can be imported, and required, by what Node knows of ES modules', async (name) => {
    const print = 'console.log(Object.keys(door).length, door.default)';
    const imported = await evaluate('module', `import * as door from '${name}'; ${print}`);
    const required = await evaluate('commonjs', `const door = require('${name}'); ${print}`);
    expect(imported.stdout).toMatch(/^[1-9]\d* undefined\n$/);
    expect([imported.stderr, required.stderr, required.stdout]).toEqual(['', '', imported.stdout]);
  });

  test.each(documents)('%s can be imported as JSON', async (name) => {
    const text = `import door from '${name}' with { type: 'json' }; console.log(door.title ?? door.version)`;
    expect((await evaluate('module', text)).stdout).toMatch(/^(The (input|events) of|\d+\.\d+\.\d+\n$)/);
  });

  test('no other file can', async () => {
    const inside = `import('${manifest.name}/dist/src/errors.js')`;
    await expect(evaluate('module', `await ${inside}`)).rejects.toThrow('ERR_PACKAGE_PATH_NOT_EXPORTED');
  });
});

/** The project as it is deployed: its database on AWS, and a store beside it that only a laptop has. */
async function moveToAws(): Promise<void> {
  const config = await project.read('carryover.config.ts');
  const embedded = /main: ('dynamodb:\/\/embedded[^']*')/;
  expect(config).toMatch(embedded);
  const stores = `main: 'dynamodb://eu-west-1/my-service-',\n    laptop: $1`;
  await project.write('carryover.config.ts', config.replace(embedded, stores));
}

describe('a project that `carryover init` wrote', () => {
  test('shows what would run, runs it on the embedded engine, and knows its version', async () => {
    expect((await project.npx('carryover', '--version')).stdout).toBe(`${manifest.version}\n`);
    expect((await project.npx('carryover', 'up', '--dry-run')).stdout).toContain(
      'is at version 0, 1 migration would run',
    );
    const { stdout } = await project.npx('carryover', 'up');
    expect(stdout).toMatch(/came from version 0 to 1: 1 migration was applied\n[^]*0001_languages[^]* 2 /);
    expect((await project.npx('carryover', 'version')).stdout).toContain('is at version 1; the code expects 1');
    expect((await project.npm('run', 'up')).stdout).toContain('nothing is pending');
  });

  test('passes its own tests', async () => {
    expect((await project.npm('test')).stdout).toMatch(/ pass 2\n.* fail 0\n/);
  });

  test('takes a next migration of each kind, whose types are right', async () => {
    const next = migrationKinds.map((_kind, index) => `migrations/000${index + 2}_next.ts`);
    for (const kind of migrationKinds) await project.npx('carryover', 'new', 'next', '--kind', kind);
    await project.npx(
      'tsc',
      '--noEmit',
      '--strict',
      '--module',
      'nodenext',
      '--types',
      'node',
      '--skipLibCheck',
      ...next,
    );
    for (const file of next) await rm(join(project.folder, file));
  });
});

describe('a stack of that project', () => {
  const names = { readme: 'my-service', platform: 'Shop' };
  let readme: SynthesizedStack;
  let platform: SynthesizedStack;

  /** Synthesizes as the project's README deploys, with another app where one is named. */
  async function synthesize(app: string, stack: string): Promise<SynthesizedStack> {
    const deploy = /^npx cdk deploy --app "([^"]+)"/m.exec(await project.read('README.md'))?.[1];
    expect(deploy).toBe('node deploy.ts');
    const output = `cdk.out/${stack}`;
    await project.npx('cdk', 'synth', '--quiet', '--app', `node ${app}`, '--output', output);
    return await synthesizedStack(join(project.folder, output), stack);
  }

  beforeAll(async () => {
    await moveToAws();
    expect(Object.keys(project.told)).toEqual(['deploy.ts']);
    await project.write('deploy.ts', project.told['deploy.ts'] ?? '');
    await project.write('platform.ts', platformApp);
    readme = await synthesize('deploy.ts', names.readme);
    platform = await synthesize('platform.ts', names.platform);
  }, 10 * minutes);

  const app = ['deploy.ts', 'carryover.config.ts', 'migrations/0001_languages.ts', 'test/languages.test.ts'];

  test.each([
    ['for Node', '--module nodenext', [...app, 'platform.ts']],
    ['for a bundler', '--module esnext --moduleResolution bundler', [...app, 'platform.ts']],
    // CDK's own types do not bear it, nor give a VPC to what is exact.
    ['that are exact about what is left out', '--module nodenext --exactOptionalPropertyTypes --skipLibCheck', app],
  ])('has types %s', async (_title, options, files) => {
    const strict = '--noEmit --strict --noUncheckedIndexedAccess --verbatimModuleSyntax --target es2023';
    const runByNode = '--types node --allowImportingTsExtensions';
    await project.npx('tsc', ...[strict, runByNode, options].join(' ').split(' '), ...files);
  });

  test('has the code of each function, which loads, with the project where it opens stores', async () => {
    for (const stack of [readme, platform]) {
      const functions = await stack.functions();
      for (const [name, folder] of Object.entries(functions)) {
        expect(functionNames).toContain(name);
        const code = await readFile(join(folder, 'index.mjs'), 'utf8');
        const hasProject = projectFunctions.some((each) => each === name);
        const found = ['acme', '0001_languages', 'eu-west-1/my-service-'].map((text) => code.includes(text));
        expect([name, ...found]).toEqual([name, hasProject, hasProject, hasProject]);
        const load = `const { handler } = await import('${join(folder, 'index.mjs')}'); console.log(typeof handler)`;
        expect((await project.node('--input-type=module', '--eval', load)).stdout).toBe('function\n');
      }
    }
    expect(Object.keys(await readme.functions())).toEqual(expect.arrayContaining([...projectFunctions]));
    expect(Object.keys(await platform.functions()).sort()).toEqual([...functionNames].sort());
  });

  test('has the state machine, with everything put in that its definition names', () => {
    for (const stack of [readme, platform]) {
      const [machine] = stack.resources('AWS::StepFunctions::StateMachine');
      const named = JSON.stringify(machine?.['DefinitionString']).matchAll(/\$\{(\w+)\}/g);
      const substitutions = Object.keys(machine?.['DefinitionSubstitutions'] as object);
      expect([...new Set([...named].map(([, name]) => name))].sort()).toEqual(substitutions.sort());
    }
  });

  test('is named as the README has it, and as the platform wants it', async () => {
    const started = /carryover up --stack (\S+)/.exec(await project.read('README.md'))?.[1];
    const nameOf = (stack: SynthesizedStack) =>
      stack.resources('AWS::StepFunctions::StateMachine').map((machine) => machine['StateMachineName']);
    expect([nameOf(readme), nameOf(platform)]).toEqual([[started], ['shop-migrations']]);
  });

  test('does what the platform asks for', () => {
    expect(platform.resources('AWS::Scheduler::Schedule')).toContainEqual(
      expect.objectContaining({ ScheduleExpressionTimezone: 'Europe/Berlin' }),
    );
    const [dashboard] = platform.resources('AWS::CloudWatch::Dashboard');
    expect(JSON.stringify(dashboard)).toContain('Ask the data team.');
    expect(platform.resources('AWS::SNS::Topic')).toHaveLength(1);
    const memory = platform.resources('AWS::Lambda::Function').map(({ MemorySize }) => MemorySize);
    expect(memory).toContain(2048);
    expect(readme.resources('AWS::EC2::SecurityGroup')).toEqual([]);
    expect(platform.resources('AWS::EC2::SecurityGroup')).toHaveLength(1);
  });
});
