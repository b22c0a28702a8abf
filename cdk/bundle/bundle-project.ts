import { rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { loadProject } from '../../src/project/load-project.js';
import { deployedStores } from '../../src/project/deployed-stores.js';
import { withDefaults } from '../../src/settings.js';
import { bundleFunctions } from './bundle-functions.js';
import type { ProjectBundle } from './project-bundle.js';

/** Bundles the functions of a configuration into `functions`, which is made anew. Throws InputError for what executions would refuse. */
export async function bundleProject(config: string, functions: string): Promise<ProjectBundle> {
  const project = await loadProject(config);
  const deployable = deployedStores(project);
  await rm(functions, { recursive: true, force: true });
  await bundleFunctions(config, functions);
  const { concurrency } = withDefaults(project.settings);
  return { functions: resolve(functions), deployable, concurrency };
}
