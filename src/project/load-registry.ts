import { resolve } from 'node:path';
import { InputError } from '../errors.js';
import { createRegistry, folderFaults, type MigrationFile, type Registry } from '../migrations/registry.js';
import type { Project } from '../project.js';
import { bundleProject } from './bundle-project.js';
import { importBundle } from './import-bundle.js';
import { migrationNames, migrationsEntry } from './migrations-entry.js';

/**
 * Loads the migrations of a project from its folder. Throws InputError with all faults: of a file that cannot be loaded
 * with line and column, of the folder and of what the files export with the file.
 */
export async function loadRegistry(configPath: string, project: Project): Promise<Registry> {
  const config = resolve(configPath);
  const gaps = project.gaps ?? [];
  const names = await migrationNames(config, project);
  const entry = await migrationsEntry(config, project);
  const module = await bundleProject(config, entry)
    .then((bundle) => importBundle(config, bundle))
    .catch((error: unknown) => {
      if (!(error instanceof InputError)) throw error;
      throw new InputError([...folderFaults(names, gaps), ...error.faults]);
    });
  return createRegistry(module['migrations'] as MigrationFile[], gaps);
}
