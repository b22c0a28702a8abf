import { existsSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Plugin } from 'esbuild';

/** What the package exports, in its built form; beside the sources, where it is not built, the same in TypeScript. */
const ownModules: Readonly<Record<string, string>> = {
  carryover: '../exports',
  'carryover/kv': '../kv/exports',
  'carryover/versions': '../versions/exports',
};

/**
 * Lets bundles import this very package by its name, whether it is installed where they lie or not: a configuration
 * works in a checkout that was not built, and always with the version that loads it. `in place`: the bundle runs in the
 * process that made it and shares its modules, so that an error of a migration is of the classes that the engine knows.
 * `bundled`: everything goes into the bundle, which holds each module once.
 */
export function ownPackage(how: 'in place' | 'bundled'): Plugin {
  return {
    name: 'carryover',
    setup(build) {
      build.onResolve({ filter: /^carryover(\/|$)/ }, ({ path }) => {
        const module = ownModules[path];
        if (module === undefined) return undefined;
        const file = moduleFile(module);
        return how === 'bundled' ? { path: file } : { path: pathToFileURL(file).href, external: true };
      });
    },
  };
}

/** The file of a module of this package, named without ending and relative to this file. */
export function moduleFile(name: string): string {
  const built = fileURLToPath(new URL(`${name}.js`, import.meta.url));
  return existsSync(built) ? built : fileURLToPath(new URL(`${name}.ts`, import.meta.url));
}
