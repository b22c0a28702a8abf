import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'esbuild';

/** What the package exports, in its built form; beside the sources, where it is not built, the same in TypeScript. */
const ownModules: Readonly<Record<string, string>> = { carryover: '../project' };

/**
 * Lets bundles import this very package by its name, whether it is installed where they lie or not: a configuration
 * works in a checkout that was not built, and always with the version that loads it.
 */
export function ownPackage(): Plugin {
  return {
    name: 'carryover',
    setup(build) {
      build.onResolve({ filter: /^carryover$/ }, ({ path }) => ({ path: moduleFile(ownModules[path] ?? '') }));
    },
  };
}

/** The file of a module of this package, named without ending and relative to this file. */
export function moduleFile(name: string): string {
  const built = fileURLToPath(new URL(`${name}.js`, import.meta.url));
  return existsSync(built) ? built : fileURLToPath(new URL(`${name}.ts`, import.meta.url));
}
