import { access } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { InputError } from '../errors.js';
import type { Project } from '../project.js';
import { bundleProject } from './bundle-project.js';
import { importBundle } from './import-bundle.js';
import { parseProject } from './parse-project.js';

/**
 * Loads a project's configuration: the default export of a TypeScript or JavaScript file, checked. Throws InputError with
 * all faults: of the file with line and column, of the configuration with its field.
 */
export async function loadProject(path: string): Promise<Project> {
  const config = resolve(path);
  const name = relative(process.cwd(), config);
  await access(config).catch(() => {
    throw new InputError([
      { field: name, message: 'is not there or cannot be read: give the path of a configuration' },
    ]);
  });
  const module = await importBundle(config, await bundleProject(config));
  if (!('default' in module)) {
    const message = 'has no default export: write "export default defineProject({ stores: { … } })"';
    throw new InputError([{ field: name, message }]);
  }
  const parsed = parseProject(module['default']);
  if ('faults' in parsed) throw new InputError(parsed.faults);
  return parsed.project;
}
