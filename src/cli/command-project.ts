import { access } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import type { Fault } from '../errors.js';
import { defaultLedger } from '../local/local-runtime.js';
import { loadProject } from '../project/load-project.js';
import type { Project, StoreDeclaration } from '../project.js';
import { locationOf, looksLikeUrl, parseStoreUrl, withoutCredentials } from '../stores/store-url.js';
import { collected } from './collected.js';

export const defaultConfig = 'carryover.config.ts';

/** An option that names a store. */
export type StoreField = 'from' | 'to';

export interface StoreOptions {
  readonly from?: string;
  readonly to?: string;
  readonly ledger?: string;
  readonly config?: string;
}

/** A project, and the names in it of the stores that a command is given. */
export interface CommandProject {
  readonly project: Project;
  readonly names: Readonly<Partial<Record<StoreField, string>>>;
}

/**
 * The project that a command works on: the configuration, where there is one, and the stores that were given by URL,
 * under names that are their locations, which the ledger may show; and all that is wrong with them.
 */
export async function commandProject(
  options: StoreOptions,
  fields: readonly StoreField[],
): Promise<CommandProject & { faults: Fault[] }> {
  const faults: Fault[] = [];
  const configured = await collected(faults, () => configuredProject(options));
  const stores = { ...configured?.stores };
  const nameOf = (field: StoreField): string => {
    const text = options[field];
    if (text === undefined) faults.push(missing(field));
    else if (!looksLikeUrl(text)) {
      // What a configuration that cannot be read declares is not known.
      if (configured !== undefined && !Object.hasOwn(configured.stores, text))
        faults.push(unknownStore(field, text, configured, options));
      return text;
    } else {
      const parsed = parseStoreUrl(text, `--${field}`);
      if ('url' in parsed) {
        stores[locationOf(parsed.url)] = text;
        return locationOf(parsed.url);
      }
      faults.push(...parsed.faults);
    }
    return field;
  };
  const names = Object.fromEntries(fields.map((field) => [field, nameOf(field)]));
  faults.push(...ledgerFaults(options.ledger));
  const ledger = options.ledger === undefined ? {} : { ledger: options.ledger };
  return { project: { ...configured, stores, ...ledger }, names, faults };
}

/** The configuration that a command names, or the one of this folder, or none. Throws InputError. */
export async function configuredProject({ config }: { config?: string }): Promise<Project> {
  const path = resolve(config ?? defaultConfig);
  if (config === undefined && !(await exists(path))) return { stores: {} };
  return await loadProject(path);
}

/** What is wrong with `--ledger`, if it is given. */
export function ledgerFaults(ledger: string | undefined): readonly Fault[] {
  if (ledger === undefined) return [];
  const parsed = parseStoreUrl(ledger, '--ledger');
  if ('faults' in parsed) return parsed.faults;
  if (parsed.url.kind === 'dynamodb' || parsed.url.kind === 'embedded-dynamodb') return [];
  const message = 'is no DynamoDB store: give dynamodb://REGION[/PREFIX] or dynamodb://embedded?path=DIR';
  return [{ field: '--ledger', message }];
}

/** A source that only exists once somebody has made it; opened, it would be made empty. */
export async function absentFaults({ stores }: Project, { from }: { from: string }): Promise<Fault[]> {
  const declared = stores[from];
  const parsed = parseStoreUrl(typeof declared === 'string' ? declared : (declared?.url ?? ''));
  if ('faults' in parsed || !('path' in parsed.url) || (await exists(parsed.url.path))) return [];
  return [{ field: '--from', message: `the folder ${resolve(parsed.url.path)} is not there: give that of a store` }];
}

/** Where the ledger would be that nobody has made yet; opened, it would be made. Undefined: it is there, or on a server. */
export async function absentLedger({ ledger = defaultLedger }: Project): Promise<string | undefined> {
  return await absentStore(ledger);
}

/** The same of a declared store. */
export async function absentStore(declared: StoreDeclaration | undefined): Promise<string | undefined> {
  const parsed = parseStoreUrl(typeof declared === 'string' ? declared : (declared?.url ?? ''));
  if ('faults' in parsed || !('path' in parsed.url)) return undefined;
  return (await exists(parsed.url.path)) ? undefined : locationOf(parsed.url);
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}

/** The fault of an option that has to be given. */
export function missing(field: StoreField): Fault {
  const what = field === 'from' ? 'the store to read' : 'the store to write';
  return { field: `--${field}`, message: `is missing: give ${what}, as a URL or by its name` };
}

function unknownStore(field: StoreField, text: string, { stores }: Project, { config }: StoreOptions): Fault {
  const names = Object.keys(stores);
  const file = config === undefined ? defaultConfig : relative(process.cwd(), resolve(config));
  const declared = names.length === 0 ? `no ${file} declares any` : `${file} declares ${names.join(', ')}`;
  return {
    field: `--${field}`,
    message: `"${withoutCredentials(text)}" is neither a store URL (like dynamodb://eu-west-1/) nor a declared store: ${declared}`,
  };
}
