import { access } from 'node:fs/promises';
import { resolve } from 'node:path';
import { InputError, type Fault } from '../errors.js';
import { loadProject } from '../project/load-project.js';
import type { Project } from '../project.js';
import { looksLikeUrl, parseStoreUrl } from '../stores/store-url.js';

const defaultConfig = 'carryover.config.ts';

export interface StoreOptions {
  readonly from: string;
  readonly to: string;
  readonly ledger?: string;
  readonly config?: string;
}

/**
 * The project that a command works on: the configuration, where there is one, and the stores that were given by URL,
 * under the names `from` and `to`. Throws InputError with all faults together.
 */
export async function commandProject(options: StoreOptions): Promise<{ project: Project; from: string; to: string }> {
  const configured = await configuredProject(options);
  const faults: Fault[] = [];
  const stores = { ...configured.stores };
  const nameOf = (field: 'from' | 'to'): string => {
    const text = options[field];
    if (!looksLikeUrl(text)) {
      if (!(text in configured.stores)) faults.push(unknownStore(`--${field}`, text, configured));
      return text;
    }
    const parsed = parseStoreUrl(text, `--${field}`);
    if ('faults' in parsed) faults.push(...parsed.faults);
    stores[field] = text;
    return field;
  };
  const [from, to] = [nameOf('from'), nameOf('to')];
  const ledger = options.ledger === undefined ? undefined : parseStoreUrl(options.ledger, '--ledger');
  if (ledger !== undefined && 'faults' in ledger) faults.push(...ledger.faults);
  if (faults.length > 0) throw new InputError(faults);
  return {
    project: { ...configured, stores, ...(options.ledger === undefined ? {} : { ledger: options.ledger }) },
    from,
    to,
  };
}

/** The configuration that a command names, or the one of this folder, or none. */
export async function configuredProject({ config }: { config?: string }): Promise<Project> {
  const path = resolve(config ?? defaultConfig);
  if (config === undefined && !(await exists(path))) return { stores: {} };
  return await loadProject(path);
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}

function unknownStore(field: string, text: string, { stores }: Project): Fault {
  const names = Object.keys(stores);
  const declared =
    names.length === 0 ? `no ${defaultConfig} declares any` : `${defaultConfig} declares ${names.join(', ')}`;
  return {
    field,
    message: `"${text}" is neither a store URL (like dynamodb://eu-west-1/) nor a declared store: ${declared}`,
  };
}
