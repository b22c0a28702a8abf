import { resolve } from 'node:path';
import { InputError, type Fault } from '../errors.js';
import { noMigrations, type Registry } from '../migrations/registry.js';
import { loadRegistry } from '../project/load-registry.js';
import type { Project } from '../project.js';
import { sameStoreFaults } from '../engine/tasks/same-store.js';
import { looksLikeUrl } from '../stores/store-url.js';
import type { AdHocCommand, AdHocOptions } from './ad-hoc-command.js';
import { collected } from './collected.js';
import { absentFaults, commandProject, defaultConfig, missing, type StoreField } from './command-project.js';
import { asOptions, contradictions } from './option-fields.js';
import { stackRegion } from './stack-region.js';

/** The part of an execution's input that asks for a command; `from` and `to` are names. */
export type RequestInput = Record<string, unknown> & { readonly from?: string; readonly to: string };

/** A request to this process, and the project that its names come from. */
export interface LocalRequest {
  readonly input: RequestInput;
  readonly project: Project;
  /** Empty for a command that does without. */
  readonly registry: Registry;
}

/** What is asked of this process. Throws InputError with all faults together. */
export async function localRequest<Options extends AdHocOptions>(
  command: AdHocCommand<Options>,
  options: Options,
): Promise<LocalRequest> {
  const { name, needsMigrations } = command;
  const { input: given, faults } = command.inputOf(options);
  const config = options.config ?? (needsMigrations ? defaultConfig : undefined);
  const configured = await commandProject({ ...options, ...(config === undefined ? {} : { config }) }, command.stores);
  const { project, names } = configured;
  const input = { ...given, ...names } as RequestInput;
  const contradicting = faults.length === 0 ? contradictions({ [name]: input }) : [];
  const all = [...configured.faults, ...faults, ...contradicting];
  const loads = needsMigrations && config !== undefined && configured.faults.length === 0;
  const registry = loads ? await collected(all, () => loadRegistry(resolve(config), project)) : noMigrations;
  if (all.length === 0) all.push(...(await sourceFaults(name, project, input)));
  if (all.length > 0 || registry === undefined) throw new InputError(all);
  return { input, project, registry };
}

async function sourceFaults(field: string, project: Project, { from, to }: RequestInput): Promise<Fault[]> {
  if (from === undefined) return [];
  return [...asOptions(sameStoreFaults(project, { field, from, to })), ...(await absentFaults(project, { from }))];
}

/** What is asked of a deployed stack, and the stack's region. Throws InputError with all faults together. */
export function stackRequest<Options extends AdHocOptions>(
  command: AdHocCommand<Options>,
  options: Options,
): { input: RequestInput; region: string } {
  const { input: given, faults } = command.inputOf(options);
  const names = Object.fromEntries(command.stores.map((field) => [field, options[field] ?? field]));
  const input = { ...given, ...names } as RequestInput;
  const { region, faults: stackFaults } = stackRegion(options);
  const all = [
    ...command.stores.flatMap((field) => nameFaults(field, options[field])),
    ...stackFaults,
    ...faults,
    ...(faults.length === 0 ? contradictions({ [command.name]: input }) : []),
  ];
  if (all.length > 0) throw new InputError(all);
  return { input, region };
}

function nameFaults(field: StoreField, text: string | undefined): Fault[] {
  if (text === undefined) return [missing(field)];
  const message = 'is a URL, and a deployed stack has rights on declared stores alone: give the name of one';
  return looksLikeUrl(text) ? [{ field: `--${field}`, message }] : [];
}
