import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, relative, resolve, sep } from 'node:path';
import { InputError } from '../errors.js';
import { isModule } from '../migrations/file-name.js';
import type { Project } from '../project.js';

const defaultFolder = 'migrations';

/** Tests, types, and files that begin with `_` or `.`: what migrations share, and what editors leave. */
const leftOut = /^[_.]|\.test\.[cm]?[jt]s$|\.d\.[cm]?ts$/;

/**
 * The text of a module, beside the configuration, that exports `migrations`: a MigrationFile for each file of the project's
 * folder, with its checksum as it is now. Throws InputError when a folder that the project names is not there.
 */
export async function migrationsEntry(config: string, project: Project): Promise<string> {
  const beside = dirname(resolve(config));
  const folder = migrationsFolder(config, project);
  const imports: string[] = [];
  const elements: string[] = [];
  for (const [index, file] of (await migrationNames(config, project)).entries()) {
    const checksum = checksumOf(await readFile(resolve(folder, file)));
    // A file without a default export gives `undefined` to the registry, which says so; `import d from` would not load.
    const definition = isModule(file) ? `m${index}.default` : 'undefined';
    const path = relative(beside, resolve(folder, file)).split(sep).join('/');
    if (isModule(file)) imports.push(`import * as m${index} from ${JSON.stringify(`./${path}`)};`);
    elements.push(`  { file: ${JSON.stringify(file)}, checksum: '${checksum}', definition: ${definition} },`);
  }
  return [...imports, 'export const migrations = [', ...elements, '];', ''].join('\n');
}

/** The files of the project's folder of migrations, sorted. Throws InputError when a folder that it names is not there. */
export async function migrationNames(config: string, project: Project): Promise<string[]> {
  const folder = migrationsFolder(config, project);
  const names = await namesIn(folder);
  if (names !== undefined || project.migrations === undefined) return names ?? [];
  const message = `names a folder that is not there: make ${relative(process.cwd(), folder)}, or leave it out`;
  throw new InputError([{ field: 'migrations', message }]);
}

/** The files of a folder that are migrations, or are taken for some; undefined without the folder. */
export async function namesIn(folder: string): Promise<string[] | undefined> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (isAbsence(error)) return undefined;
    throw error;
  });
  return entries
    ?.filter((entry) => !entry.isDirectory() && !leftOut.test(entry.name))
    .map(({ name }) => name)
    .sort();
}

/** Where the project's migrations lie. */
export function migrationsFolder(config: string, project: Project): string {
  return resolve(dirname(resolve(config)), project.migrations ?? defaultFolder);
}

/** The same for a checkout with CRLF endings. Read as Latin-1, whose characters are the bytes. */
function checksumOf(content: Buffer): string {
  const text = content.toString('latin1').replaceAll('\r\n', '\n');
  return createHash('sha256').update(text, 'latin1').digest('hex');
}

function isAbsence(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}
