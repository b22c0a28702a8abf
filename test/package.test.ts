import { glob, readFile } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import ts from 'typescript';
import { collect } from './support/kv-bytes.js';

interface Manifest {
  readonly exports: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

const manifest = JSON.parse(await readFile('package.json', 'utf8')) as Manifest;
const users = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });

/** `@scope/name` or `name`, without a path inside. */
const packageOf = (name: string): string => /^(@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name;
const isPackage = (name: string): boolean => !name.startsWith('.') && !name.startsWith('node:');
const importsOf = (text: string): string[] => ts.preProcessFile(text).importedFiles.map(({ fileName }) => fileName);

/** The text of a module as it runs: imports of types alone are gone. */
function compiled(text: string): string {
  const { target, module } = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
  return ts.transpileModule(text, { compilerOptions: { target, module, verbatimModuleSyntax: true } }).outputText;
}

/** The packages that the types of these modules name, and those of the modules that they import. */
function packagesOfTypes(entries: readonly string[]): string[] {
  const settings = ts.readConfigFile('tsconfig.build.json', (path) => ts.sys.readFile(path)).config as unknown;
  const { options } = ts.parseJsonConfigFileContent(settings, ts.sys, '.');
  const declarations = new Map<string, string>();
  const program = ts.createProgram([...entries], { ...options, emitDeclarationOnly: true, noCheck: true });
  program.emit(undefined, (path, text) => declarations.set(resolve(path), text), undefined, true);
  const named = new Set<string>();
  const seen = new Set<string>();
  const visit = (path: string): void => {
    if (seen.has(path)) return;
    seen.add(path);
    for (const name of importsOf(declarations.get(path) ?? ''))
      if (isPackage(name)) named.add(packageOf(name));
      else visit(resolve(dirname(path), name).replace(/\.js$/, '.d.ts'));
  };
  for (const entry of entries) visit(resolve('dist', entry.replace(/\.ts$/, '.d.ts')));
  return [...named].sort();
}

/** What loads with a module as it starts: the paths of own modules, itself too, and the names of packages. */
async function loadedWith(path: string, loaded = new Set<string>()): Promise<Set<string>> {
  const file = relative('.', path);
  if (loaded.has(file)) return loaded;
  loaded.add(file);
  const source = ts.createSourceFile(path, compiled(await readFile(path, 'utf8')), ts.ScriptTarget.ES2022);
  for (const statement of source.statements) {
    if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) continue;
    if (statement.moduleSpecifier === undefined || !ts.isStringLiteral(statement.moduleSpecifier)) continue;
    const name = statement.moduleSpecifier.text;
    if (isPackage(name)) loaded.add(packageOf(name));
    else if (name.startsWith('.')) await loadedWith(resolve(dirname(path), name).replace(/\.js$/, '.ts'), loaded);
  }
  return loaded;
}

describe('the published package', () => {
  test.each(['src/exports.ts', 'src/kv/exports.ts', 'src/versions/exports.ts'])(
    'loads no embedded engine, bundler or CDK with %s, which services and functions import',
    async (entry) => {
      const heavy =
        /^(src\/local\/(embedded|open-local|local-runtime)|src\/engine|src\/cli|cdk|functions|aws-cdk-lib|esbuild|commander)/;
      const loaded = await loadedWith(resolve(entry));
      expect(loaded).toContain('src/errors.ts');
      expect([...loaded].filter((name) => heavy.test(name))).toEqual([]);
    },
  );

  test('imports no package that does not come with it, or that its users are not told of', async () => {
    const files = await collect(glob(['src/**/*.ts', 'functions/**/*.ts', 'cdk/**/*.ts']));
    const missing: string[] = [];
    for (const file of files)
      for (const name of importsOf(compiled(await readFile(file, 'utf8'))))
        if (isPackage(name) && !users.includes(packageOf(name))) missing.push(`${file} imports ${name}`);
    expect(files.length).toBeGreaterThan(100);
    expect(missing).toEqual([]);
  });

  test('has types that need no types of others which do not come with it', () => {
    const modules = Object.values(manifest.exports).filter((path) => path.endsWith('.js'));
    const entries = modules.map((path) => path.replace(/^\.\/dist\//, '').replace(/\.js$/, '.ts'));
    const named = packagesOfTypes(entries);
    expect(named).toContain('@bufbuild/protobuf');
    expect(named.filter((name) => !users.includes(name))).toEqual([]);
    // Packages whose types are a package of their own, which is here for building alone.
    expect(named.filter((name) => `@types/${name}` in manifest.devDependencies)).toEqual([]);
  });
});
