import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { loadProject } from '../src/project/load-project.js';
import { loadRegistry } from '../src/project/load-registry.js';
import { migrationsEntry } from '../src/project/migrations-entry.js';
import { ownPackage } from '../src/project/own-package.js';
import { steps, type Step } from './steps.js';

/** Some CommonJS packages (pg, the X-Ray SDK) call `require`, which ES modules do not have. */
const banner = `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`;

/**
 * Bundles the function of each step with the project's configuration and migrations, and returns a new folder that holds
 * `<step>/index.mjs`. What it makes depends on the sources alone, not on where they lie, so that an unchanged function is
 * not published again. Throws InputError for a configuration or migrations that executions would refuse.
 */
export async function bundleFunctions(config: string): Promise<string> {
  const path = resolve(config);
  const project = await loadProject(path);
  await loadRegistry(path, project);
  const migrations = await migrationsEntry(path, project);
  // Source maps hold paths from here to the sources.
  const nominal = join(dirname(path), 'cdk.out', 'functions');
  const { outputFiles } = await build({
    entryPoints: steps.map((step) => ({ in: `step:${step}`, out: `${step}/index` })),
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
  const folder = await mkdtemp(join(tmpdir(), 'carryover-functions-'));
  for (const file of outputFiles) {
    const place = join(folder, relative(nominal, file.path));
    await mkdir(dirname(place), { recursive: true });
    await writeFile(place, file.contents);
  }
  return folder;
}

/** The generated entry of a step: its handler, made for Lambda, this configuration and these migrations. */
export function entryOf(step: Step, config: string): string {
  return [
    `import { ${step}Handler } from ${JSON.stringify(functionFile(step))};`,
    `import { lambdaRuntime } from ${JSON.stringify(functionFile('lambda-runtime'))};`,
    `import project from ${JSON.stringify(config)};`,
    `import { migrations } from 'step:migrations';`,
    `export const handler = ${step}Handler(lambdaRuntime(project, migrations));`,
  ].join('\n');
}

function entries(config: string, migrations: string): Plugin {
  return {
    name: 'entries of steps',
    setup(bundle) {
      bundle.onResolve({ filter: /^step:/ }, ({ path }) => ({ path: path.slice('step:'.length), namespace: 'step' }));
      bundle.onLoad({ filter: /.*/, namespace: 'step' }, ({ path }) => ({
        contents: path === 'migrations' ? migrations : entryOf(path as Step, config),
        resolveDir: dirname(config),
      }));
    },
  };
}

/** A file of `functions/`: built, or in a checkout that was not built its source. */
function functionFile(name: string): string {
  const built = fileURLToPath(new URL(`../functions/${name}.js`, import.meta.url));
  return existsSync(built) ? built : fileURLToPath(new URL(`../functions/${name}.ts`, import.meta.url));
}
