import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { InputError } from '../errors.js';
import type { Project } from '../project.js';
import { bundleProject, type BundledProject } from './bundle-project.js';
import { originalPosition } from './original-position.js';
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
  const module = await imported(config, await bundleProject(config));
  if (!('default' in module)) {
    const message = 'has no default export: write "export default defineProject({ stores: { … } })"';
    throw new InputError([{ field: name, message }]);
  }
  const parsed = parseProject(module['default']);
  if ('faults' in parsed) throw new InputError(parsed.faults);
  return parsed.project;
}

/** A module is loaded once for each URL, so that each loading has a folder of its own. */
async function imported(config: string, bundle: BundledProject): Promise<Record<string, unknown>> {
  const folder = await mkdtemp(join(tmpdir(), 'carryover-'));
  const file = join(folder, 'project.mjs');
  try {
    await writeFile(file, bundle.code);
    return (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  } catch (error) {
    const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    throw new InputError([{ field: originalPosition(error, file, bundle.map, config), message }]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
