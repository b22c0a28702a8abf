import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { loadProject } from '../../src/project/load-project.js';
import { loadRegistry } from '../../src/project/load-registry.js';
import { migrationsEntry } from '../../src/project/migrations-entry.js';
import { ownPackage } from '../../src/project/own-package.js';
import { functionNames, projectFunctions, type FunctionName } from '../functions/function-names.js';

/** Some CommonJS packages (pg, the X-Ray SDK) call `require`, which ES modules do not have. */
const banner = `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`;

/**
 * Bundles the function of each step with the project's configuration and migrations, and those that stand beside them, into
 * `folder`/`<name>/index.mjs`. What it makes depends on the sources alone, not on where they lie, so that an unchanged function
 * is not published again. Throws InputError for a configuration or migrations that executions would refuse.
 */
export async function bundleFunctions(config: string, folder: string): Promise<void> {
  const path = resolve(config);
  const project = await loadProject(path);
  await loadRegistry(path, project);
  const migrations = await migrationsEntry(path, project);
  // Source maps hold paths from here to the sources.
  const nominal = join(dirname(path), 'cdk.out', 'functions');
  const { outputFiles } = await build({
    entryPoints: functionNames.map((name) => ({ in: `function:${name}`, out: `${name}/index` })),
    absWorkingDir: dirname(path),
    outdir: nominal,
    outExtension: { '.js': '.mjs' },
    write: false,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    banner: { js: banner },
    minify: true,
    keepNames: true,
    sourcemap: true,
    sourcesContent: false,
    // Optional parts that packages look for and do without.
    external: ['pg-native', 'pg-cloudflare'],
    logLevel: 'warning',
    plugins: [ownPackage('bundled'), entries(path, migrations)],
  });
  for (const file of outputFiles) {
    const place = join(folder, relative(nominal, file.path));
    await mkdir(dirname(place), { recursive: true });
    await writeFile(place, file.contents);
  }
}

/** The generated entry of a function: its handler, where it opens stores made with this configuration and these migrations. */
export function entryOf(name: FunctionName, config: string): string {
  const handler = `import { ${name}Handler } from ${JSON.stringify(functionFile(name))};`;
  if (!projectFunctions.some((each) => each === name))
    return [handler, `export const handler = ${name}Handler();`].join('\n');
  return [
    handler,
    `import { lambdaRuntime } from ${JSON.stringify(functionFile('lambda-runtime'))};`,
    `import project from ${JSON.stringify(config)};`,
    `import { migrations } from 'function:migrations';`,
    `export const handler = ${name}Handler(lambdaRuntime(project, migrations));`,
  ].join('\n');
}

function entries(config: string, migrations: string): Plugin {
  const prefix = 'function:';
  return {
    name: 'entries of functions',
    setup(bundle) {
      bundle.onResolve({ filter: /^function:/ }, ({ path }) => ({
        path: path.slice(prefix.length),
        namespace: 'function',
      }));
      bundle.onLoad({ filter: /.*/, namespace: 'function' }, ({ path }) => ({
        contents: path === 'migrations' ? migrations : entryOf(path as FunctionName, config),
        resolveDir: dirname(config),
      }));
    },
  };
}

/** A file of `functions/`: built, or in a checkout that was not built its source. */
function functionFile(name: string): string {
  const built = fileURLToPath(new URL(`../../functions/${name}.js`, import.meta.url));
  return existsSync(built) ? built : fileURLToPath(new URL(`../../functions/${name}.ts`, import.meta.url));
}
