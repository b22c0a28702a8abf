import { join, relative } from 'node:path';
import type { Command } from 'commander';
import { exitCodes } from '../engine/status/exit-codes.js';
import { InputError, type Fault } from '../errors.js';
import { fileNumber, parseFileName } from '../migrations/file-name.js';
import { loadProject } from '../project/load-project.js';
import { migrationsFolder, namesIn } from '../project/migrations-entry.js';
import { migrationKinds, migrationTemplates, type MigrationKind } from './templates/migration-templates.js';
import { writeNewFiles } from './write-new-files.js';

interface NewOptions {
  readonly kind?: string;
  readonly config: string;
}

/** `carryover new`; resolves with the exit code. */
export function addNewCommand(program: Command, exit: (code: number) => void): void {
  program
    .command('new')
    .description('write the next migration, to be filled in: migrations/0003_split_name.ts')
    .argument('<name>', 'what it does, in a-z, 0-9 and "_": split_name')
    .option('--kind <kind>', `what it is: ${migrationKinds.join(', ')}`)
    .option('--config <file>', 'the project configuration', 'carryover.config.ts')
    .action(async (name: string, options: NewOptions) => exit(await writeMigration(name, options)));
}

async function writeMigration(name: string, { kind, config }: NewOptions): Promise<number> {
  const faults = [...nameFaults(name), ...kindFaults(kind)];
  if (faults.length > 0) throw new InputError(faults);
  const project = await loadProject(config);
  const folder = migrationsFolder(config, project);
  const number = nextNumber((await namesIn(folder)) ?? [], project.gaps ?? []);
  const file = `${fileNumber(number)}_${name}.ts`;
  await writeNewFiles(folder, { [file]: migrationTemplates[kind as MigrationKind] });
  process.stdout.write(`Wrote ${relative(process.cwd(), join(folder, file))}\n`);
  return exitCodes.done;
}

/** The number after the last one, less those that the project keeps free. */
function nextNumber(files: readonly string[], gaps: readonly number[]): number {
  const numbers = files.map(parseFileName).flatMap((parsed) => ('version' in parsed ? [parsed.version] : []));
  let next = Math.max(0, ...numbers) + 1;
  while (gaps.includes(next)) next += 1;
  return next;
}

function nameFaults(name: string): Fault[] {
  if ('version' in parseFileName(`0001_${name}.ts`)) return [];
  const suggested = name
    .replace(/^\d{4,}_/, '')
    .replace(/\.[cm]?[jt]s$/, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9_]+/g, '_');
  const example = /[a-z0-9]/.test(suggested) ? suggested : 'split_name';
  const message = `"${name}" is no name of a migration: give a-z, 0-9 and "_" without number and ending, like ${example}`;
  return [{ field: 'name', message }];
}

function kindFaults(kind: string | undefined): Fault[] {
  const field = '--kind';
  const kinds = migrationKinds.join(', ');
  if (kind === undefined) return [{ field, message: `is missing: give one of ${kinds}` }];
  if ((migrationKinds as readonly string[]).includes(kind)) return [];
  return [{ field, message: `"${kind}" is no kind of migration: give one of ${kinds}` }];
}
