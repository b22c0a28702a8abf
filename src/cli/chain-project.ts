import { resolve } from 'node:path';
import { databaseName } from '../engine/tasks/declared-stores.js';
import { InputError, type Fault } from '../errors.js';
import type { Registry } from '../migrations/registry.js';
import { loadProject } from '../project/load-project.js';
import { loadRegistry } from '../project/load-registry.js';
import type { Project } from '../project.js';
import { collected } from './collected.js';
import { defaultConfig, ledgerFaults } from './command-project.js';

export interface ChainOptions {
  readonly config?: string;
  readonly ledger?: string;
}

/** A project, and the name in it of the store whose version its migrations change. */
export interface DatabaseProject {
  readonly project: Project;
  readonly database: string;
}

/** The same with its migrations. */
export interface ChainProject extends DatabaseProject {
  readonly registry: Registry;
}

/**
 * The project of a command that works on the version of a database. `faults`: what is wrong with its other options. Throws
 * InputError with all faults together.
 */
export async function databaseProject(options: ChainOptions, faults: readonly Fault[] = []): Promise<DatabaseProject> {
  const { project, database } = await loaded(options, faults, () => Promise.resolve());
  return { project, database };
}

/** The same for a command that needs the migrations too. */
export async function chainProject(options: ChainOptions, faults: readonly Fault[] = []): Promise<ChainProject> {
  const { project, database, more } = await loaded(options, faults, loadRegistry);
  return { project, database, registry: more };
}

async function loaded<T>(
  { config = defaultConfig, ledger }: ChainOptions,
  given: readonly Fault[],
  load: (config: string, project: Project) => Promise<T>,
): Promise<DatabaseProject & { more: T }> {
  const faults = [...given, ...ledgerFaults(ledger)];
  const path = resolve(config);
  const project = await collected(faults, () => loadProject(path));
  const database = project && (await collected(faults, () => databaseName({ project })));
  const more = project && (await collected(faults, () => load(path, project)));
  if (faults.length > 0 || project === undefined || database === undefined) throw new InputError(faults);
  return { project: ledger === undefined ? project : { ...project, ledger }, database, more: more as T };
}
