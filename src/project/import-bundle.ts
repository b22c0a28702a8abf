import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { InputError } from '../errors.js';
import type { BundledProject } from './bundle-project.js';
import { originalPosition } from './original-position.js';

/**
 * Runs what was bundled for a configuration and gives its exports. Throws InputError for what it throws, with file, line
 * and column of the sources. A module is loaded once for each URL, so that each loading has a folder of its own.
 */
export async function importBundle(config: string, bundle: BundledProject): Promise<Record<string, unknown>> {
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
