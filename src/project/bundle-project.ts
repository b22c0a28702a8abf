import { basename, dirname, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type BuildFailure, type Message, type Plugin } from 'esbuild';
import { InputError, type Fault } from '../errors.js';
import { ownPackage } from './own-package.js';

export interface BundledProject {
  /** An ES module that runs from wherever it lies. */
  readonly code: string;
  /** Its source map, JSON text; the paths of its sources are relative to the configuration's folder. */
  readonly map: string;
}

/**
 * Bundles a configuration with all that it imports from its own project; packages stay where they are installed. `entry`:
 * the text of a module that is bundled in its place, as if it lay beside it. Throws InputError that names file, line and
 * column of each fault.
 */
export async function bundleProject(path: string, entry?: string): Promise<BundledProject> {
  try {
    const { outputFiles } = await build({
      ...(entry === undefined
        ? { entryPoints: [path] }
        : { stdin: { contents: entry, resolveDir: dirname(path), sourcefile: 'migrations' } }),
      absWorkingDir: dirname(path),
      outfile: `${basename(path)}.mjs`,
      write: false,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node22',
      sourcemap: 'external',
      logLevel: 'silent',
      define: { 'import.meta.url': JSON.stringify(pathToFileURL(path).href) },
      plugins: [ownPackage('in place'), packagesInPlace()],
    });
    const textOf = (ending: string): string => outputFiles.find((file) => file.path.endsWith(ending))?.text ?? '';
    return { code: textOf('.mjs'), map: textOf('.map') };
  } catch (error) {
    if (!isBuildFailure(error)) throw error;
    throw new InputError(error.errors.map((message) => faultOf(message, path)));
  }
}

/** Names of packages and their modules, as opposed to paths and what Node itself brings. */
const bareName = /^[^./]/;

/** Imports of packages become URLs of the files that they mean here, because the bundle is loaded from another folder. */
function packagesInPlace(): Plugin {
  const resolving = Symbol('resolving');
  return {
    name: 'packages in place',
    setup(bundle) {
      bundle.onResolve({ filter: bareName }, async ({ path, kind, resolveDir, pluginData }) => {
        if (kind === 'entry-point' || pluginData === resolving || path.startsWith('node:')) return undefined;
        const found = await bundle.resolve(path, { kind, resolveDir, pluginData: resolving });
        if (found.errors.length > 0) return { errors: found.errors };
        // What is external already is a module of Node's own.
        return { path: found.external ? found.path : pathToFileURL(found.path).href, external: true };
      });
    },
  };
}

function isBuildFailure(error: unknown): error is BuildFailure {
  return error instanceof Error && 'errors' in error && Array.isArray(error.errors);
}

function faultOf({ text, location }: Message, path: string): Fault {
  if (location === null) return { field: path, message: text };
  const file = relative(process.cwd(), `${dirname(path)}/${location.file}`);
  return { field: `${file}:${location.line}:${location.column + 1}`, message: text };
}
